import assert from 'node:assert/strict'
import { createEagerPolling, PollingHabit } from '#base'
import { RequirementUnmet } from '../errors.ts'
import { Thread } from '../thread.ts'
import {
  isUnmet,
  packUnits,
  type SqlRequest,
  type Statement,
  type StatementResult,
  type Unit,
  type UnitOutcome,
} from './messages.ts'

// One message and one transaction take at most so much, so that the commit that everybody waits for stays short.
const MAXIMUM_UNITS = 1_000
const MAXIMUM_BYTES = 8 * 1024 * 1024

/** Four times what a small commit takes on a disk that is good at it. */
const COMMIT_MS = 0.6

/** A read-only connection: it never waits for a commit. */
export class ReadConnection {
  readonly #thread: Thread<SqlRequest, readonly UnitOutcome[]>

  constructor(file: string) {
    this.#thread = new Thread('./connection-thread', import.meta.url, { file, readOnly: true })
  }

  async query(statement: Statement): Promise<StatementResult> {
    const request = packUnits([[statement]])
    const [outcome] = await this.#thread.ask(request, [request.bytes])
    const [result] = resultsOf(outcome)
    assert(result, 'one statement has one result')
    return result
  }

  close(): Promise<void> {
    return this.#thread.close()
  }
}

/**
 * The one connection that writes. Group commit: what arrives while a transaction is under way goes together in the
 * next one, so that a disk's few thousand commits a second carry many more changes. A transaction is always one
 * message, never held open while somebody thinks.
 */
export class WriteConnection {
  readonly #thread: Thread<SqlRequest, readonly UnitOutcome[]>
  #waiting: Pending[] = []
  #writing: Promise<void> | undefined
  readonly #polling = createEagerPolling(COMMIT_MS)
  readonly #habit = new PollingHabit(COMMIT_MS)

  constructor(file: string) {
    this.#thread = new Thread('./connection-thread', import.meta.url, { file, readOnly: false })
  }

  /** Runs the statements as one atomic unit; resolves when it is on disk. */
  commit(unit: Unit): Promise<readonly StatementResult[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ unit, resolve, reject })
      this.#writing ??= this.#writeAll()
    })
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#thread.close()
  }

  async #writeAll(): Promise<void> {
    // Everything that arrived in the same turn of the event loop shares the first transaction.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) await this.#write(this.#takeBatch())
    this.#writing = undefined
  }

  #takeBatch(): readonly Pending[] {
    let end = 0
    for (let bytes = 0; end < this.#waiting.length && end < MAXIMUM_UNITS; end++) {
      bytes += bytesOf(this.#waiting[end]?.unit ?? [])
      if (end > 0 && bytes > MAXIMUM_BYTES) break
    }
    return this.#waiting.splice(0, end)
  }

  async #write(batch: readonly Pending[]): Promise<void> {
    const request = packUnits(batch.map(({ unit }) => unit))
    try {
      if (this.#habit.shouldPoll()) this.#polling.begin()
      const askedMs = performance.now()
      const outcomes = await this.#thread.ask(request, [request.bytes])
      this.#habit.note(performance.now() - askedMs)
      batch.forEach(({ resolve, reject }, i) => {
        const outcome = outcomes[i]
        if (outcome === undefined || outcome instanceof Error) reject(outcome ?? new Error('The write has no result.'))
        else if (isUnmet(outcome)) reject(new RequirementUnmet(outcome.unmet))
        else resolve(outcome)
      })
    } catch (error) {
      for (const { reject } of batch) reject(error as Error)
    }
  }
}

interface Pending {
  readonly unit: Unit
  readonly resolve: (results: readonly StatementResult[]) => void
  readonly reject: (error: Error) => void
}

function resultsOf(outcome: UnitOutcome | undefined): readonly StatementResult[] {
  assert(outcome, 'one unit has one outcome')
  if (outcome instanceof Error) throw outcome
  assert(!isUnmet(outcome), 'a read requires nothing')
  return outcome
}

/** Roughly: only what can be large counts. */
function bytesOf(unit: Unit): number {
  let bytes = 0
  for (const { parameters } of unit)
    for (const value of parameters) if (typeof value === 'string' || value instanceof Uint8Array) bytes += value.length
  return bytes
}
