import type { Clock, Log } from '#base'
import type { FunctionAddress, QueuedEvent } from '#resources'
import { QueueFull } from '../errors.ts'
import type { EventStore, Retry, StoredEvent } from '../event-store.ts'
import { Completions } from './completions.ts'
import type { Belongings, Database, Statement, StatementResult } from './database.ts'
import { eventRows, prepareEventStatements } from './event-rows.ts'
import { Lanes } from './lanes/lanes.ts'

// Waiting for the disk: about a second's worth of small events, or as much memory as a busy server can spare.
const MAXIMUM_WRITING = 10_000
const MAXIMUM_WRITING_BYTES = 64 * 1024 * 1024
// A full disk may be made room on within a minute; after that the event waits for the next start.
const MAXIMUM_TRIES = 60
const TRY_AGAIN_MS = 1_000

export async function openEventStore(database: Database, clock: Clock, log: Log): Promise<EventQueue> {
  const lanes = new Lanes(eventRows(database), clock)
  const found = await database.queries
    .selectFrom('events')
    .groupBy(['account', 'function_name', 'qualifier'])
    .select((eb) => ['account', 'function_name', 'qualifier', eb.fn.countAll<number>().as('count')])
    .select((eb) => eb.fn.min('due_ms').as('dueMs'))
    .execute()
  for (const { account, function_name, qualifier, count, dueMs } of found)
    lanes.found({ account, functionName: function_name, ...(qualifier !== '' && { qualifier }) }, count, dueMs)
  return new EventQueue(database, lanes, clock, log)
}

export class EventQueue implements EventStore, Belongings {
  readonly #commit: Database['commit']
  readonly #queries: Database['queries']
  readonly #statements: ReturnType<typeof prepareEventStatements>
  readonly #lanes: Lanes<FunctionAddress, StoredEvent>
  readonly #completions: Completions<Completed>
  readonly #clock: Clock
  #writing = 0
  #writingBytes = 0

  constructor(database: Database, lanes: Lanes<FunctionAddress, StoredEvent>, clock: Clock, log: Log) {
    this.#commit = database.commit
    this.#queries = database.queries
    this.#statements = prepareEventStatements(database)
    this.#lanes = lanes
    this.#clock = clock
    this.#completions = new Completions((events) => this.#deleteRows(events), log)
  }

  async enqueue(event: QueuedEvent): Promise<void> {
    const bytes = event.payload.length
    if (this.#writing >= MAXIMUM_WRITING || this.#writingBytes + bytes > MAXIMUM_WRITING_BYTES) throw new QueueFull()
    this.#writing++
    this.#writingBytes += bytes
    try {
      const [inserted] = await this.#commit([this.#statements.insert(event)])
      const payload = withoutSurroundings(event.payload)
      this.#lanes.accepted({ ...event, payload, id: Number(inserted?.rows[0]?.id) })
    } finally {
      this.#writing--
      this.#writingBytes -= bytes
    }
  }

  takeDue(nowMs: number): readonly FunctionAddress[] {
    return this.#lanes.takeDue(nowMs)
  }

  claim(lane: FunctionAddress, nowMs: number): Promise<StoredEvent | undefined> {
    return this.#lanes.claim(lane, nowMs)
  }

  release(event: StoredEvent): void {
    this.#lanes.release(event)
  }

  complete(event: StoredEvent): void {
    this.#completions.add(completed(event))
  }

  async retry(event: StoredEvent, how: Retry): Promise<void> {
    const [updated] = await this.#commitAtLast([this.#statements.retry(event.id, how)])
    if (updated?.changes) this.#lanes.postponed(event, how.dueMs)
    else this.#lanes.deleted(event, 0)
  }

  deletion(account: string, functionName: string): Statement {
    return this.#queries
      .deleteFrom('events')
      .where('account', '=', account)
      .where('function_name', '=', functionName)
      .compile()
  }

  deleted(account: string, functionName: string, { changes }: StatementResult): void {
    this.#lanes.dropped((lane) => lane.account === account && lane.functionName === functionName, changes)
  }

  async count(): Promise<number> {
    return this.#lanes.count - this.#completions.waiting
  }

  waitForWork(signal: AbortSignal): Promise<void> {
    return this.#lanes.waitForWork(signal)
  }

  /** Writes the deletions that are still to be written. */
  close(): Promise<void> {
    return this.#completions.close()
  }

  async #deleteRows(events: readonly Completed[]): Promise<void> {
    const results = await this.#commit(events.map(({ id }) => this.#statements.remove(id)))
    for (const [i, event] of events.entries()) this.#lanes.deleted(event, results[i]?.changes ?? 0)
  }

  /** A commit that fails is tried again for a while, because until it succeeds nobody can claim the event. */
  async #commitAtLast(statements: readonly Statement[]): Promise<readonly StatementResult[]> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#commit(statements)
      } catch (error) {
        if (tries === MAXIMUM_TRIES) throw error
        await this.#clock.sleep(TRY_AGAIN_MS)
      }
    }
  }
}

type Completed = FunctionAddress & Pick<StoredEvent, 'id'>

/** What the deletion needs: payloads need not wait for it. */
const completed = ({ id, account, functionName, qualifier }: StoredEvent): Completed => ({
  id,
  account,
  functionName,
  ...(qualifier !== undefined && { qualifier }),
})

/** A payload is often a view of a much larger network buffer, which must not live as long as the event waits. */
const withoutSurroundings = (payload: Buffer): Buffer =>
  payload.buffer.byteLength > 2 * payload.length ? Buffer.from(payload) : payload
