import type { Clock, Log } from '#base'
import type { FunctionAddress, QueuedEvent } from '#resources'
import { QueueFull } from '../errors.ts'
import type { EventStore, Retry, StoredEvent } from '../event-store.ts'
import { commitAtLast } from './commit-at-last.ts'
import { Completions } from './completions.ts'
import type { Belongings, Database, Statement, StatementResult } from './database.ts'
import { eventRows, laneOf, prepareEventStatements } from './event-rows.ts'
import { Lanes } from './lanes/lanes.ts'

// Waiting for the disk: about a second's worth of small events, or as much memory as a busy server can spare.
const MAXIMUM_WRITING = 10_000
const MAXIMUM_WRITING_BYTES = 64 * 1024 * 1024

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
      const [result] = await this.#commit([this.insertion(event)])
      if (result) this.inserted(event, result)
    } finally {
      this.#writing--
      this.#writingBytes -= bytes
    }
  }

  insertion(event: QueuedEvent): Statement {
    return this.#statements.insert(event)
  }

  inserted(event: QueuedEvent, { rows }: StatementResult): void {
    this.#lanes.accepted({ ...event, payload: withoutSurroundings(event.payload), id: Number(rows[0]?.id) })
  }

  removal(id: number): Statement {
    return this.#statements.remove(id)
  }

  removed(event: Completed, changes: number): void {
    this.#lanes.deleted(event, changes)
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
    this.#completions.add({ ...laneOf(event), id: event.id })
  }

  async retry(event: StoredEvent, how: Retry): Promise<void> {
    const [updated] = await commitAtLast(this.#commit, this.#clock, [this.#statements.retry(event.id, how)])
    if (updated?.changes) this.#lanes.postponed(event, how.dueMs)
    else this.removed(event, 0)
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

  async count(account?: string): Promise<number> {
    if (account === undefined) return this.#lanes.count - this.#completions.count()
    const isMeant = (event: Pick<FunctionAddress, 'account'>) => event.account === account
    return this.#lanes.countWhere(isMeant) - this.#completions.count(isMeant)
  }

  countOf(lane: FunctionAddress): number {
    return this.#lanes.countOf(lane)
  }

  async oldestMs(account: string): Promise<number | undefined> {
    const oldest = this.#queries
      .selectFrom('events')
      .where('account', '=', account)
      .select((eb) => eb.fn.min<number | null>('accepted_ms').as('oldestMs'))
    return (await oldest.executeTakeFirst())?.oldestMs ?? undefined
  }

  waitForWork(signal: AbortSignal): Promise<void> {
    return this.#lanes.waitForWork(signal)
  }

  /** Writes the deletions that are still to be written. */
  close(): Promise<void> {
    return this.#completions.close()
  }

  async #deleteRows(events: readonly Completed[]): Promise<void> {
    const results = await this.#commit(events.map(({ id }) => this.removal(id)))
    for (const [i, event] of events.entries()) this.removed(event, results[i]?.changes ?? 0)
  }
}

/** What the deletion needs: payloads need not wait for it. */
type Completed = FunctionAddress & Pick<StoredEvent, 'id'>

/** A payload is often a view of a much larger network buffer, which must not live as long as the event waits. */
const withoutSurroundings = (payload: Buffer): Buffer =>
  payload.buffer.byteLength > 2 * payload.length ? Buffer.from(payload) : payload
