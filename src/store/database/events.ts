import type { Clock, Log } from '#base'
import type { QueuedEvent } from '#resources'
import { QueueFull } from '../errors.ts'
import type { EventStore, StoredEvent } from '../event-store.ts'
import type { Belongings, Database, Statement, StatementResult } from './database.ts'
import { Completions } from './event-completions.ts'
import { prepareEventStatements } from './event-rows.ts'
import { EventsOnDisk } from './events-on-disk.ts'

// Waiting for the disk: about a second's worth of small events, or as much memory as a busy server can spare.
const MAXIMUM_WRITING = 10_000
const MAXIMUM_WRITING_BYTES = 64 * 1024 * 1024
// Accepted and kept in memory, so that a deliverer that keeps up reads nothing back from disk.
const MAXIMUM_TAIL = 1_000
const MAXIMUM_TAIL_BYTES = 16 * 1024 * 1024
// Rows of up to 1 MiB each that one read takes from disk.
const MAXIMUM_READ = 64
// Timers cannot wait longer than 24 days; looking once an hour costs nothing.
const MAXIMUM_SLEEP_MS = 3_600_000
// A full disk may be made room on within a minute; after that the event waits for the next start.
const MAXIMUM_TRIES = 60
const TRY_AGAIN_MS = 1_000

export async function openEventStore(database: Database, clock: Clock, log: Log): Promise<EventQueue> {
  const { queries } = database
  const { count, due } = await queries
    .selectFrom('events')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min('due_ms').as('due')])
    .executeTakeFirstOrThrow()
  const onDisk = new EventsOnDisk(queries)
  if (count > 0) onDisk.note(0, due)
  return new EventQueue(database, onDisk, count, clock, log)
}

/**
 * An accepted event is in one of three places: in the tail (memory, oldest first), on disk only, or claimed. Events
 * enter the tail while the disk holds nothing older that is due, so the tail followed by the disk is their order.
 */
export class EventQueue implements EventStore, Belongings {
  readonly #commit: Database['commit']
  readonly #queries: Database['queries']
  readonly #statements: ReturnType<typeof prepareEventStatements>
  readonly #onDisk: EventsOnDisk
  readonly #completions: Completions
  readonly #clock: Clock
  readonly #sleepers = new Set<AbortController>()
  /** In the tail or claimed: not to be taken from disk. */
  readonly #taken = new Set<number>()
  #tail: StoredEvent[] = []
  #tailBytes = 0
  #rows: number
  #writing = 0
  #writingBytes = 0
  #claiming: Promise<unknown> = Promise.resolve()

  constructor(database: Database, onDisk: EventsOnDisk, count: number, clock: Clock, log: Log) {
    this.#commit = database.commit
    this.#queries = database.queries
    this.#statements = prepareEventStatements(database)
    this.#onDisk = onDisk
    this.#rows = count
    this.#clock = clock
    this.#completions = new Completions((ids) => this.#deleteRows(ids), log)
  }

  async enqueue(event: QueuedEvent): Promise<void> {
    const bytes = event.payload.length
    if (this.#writing >= MAXIMUM_WRITING || this.#writingBytes + bytes > MAXIMUM_WRITING_BYTES) throw new QueueFull()
    this.#writing++
    this.#writingBytes += bytes
    try {
      const [inserted] = await this.#commit([this.#statements.insert(event)])
      this.#accepted({ ...event, id: Number(inserted?.rows[0]?.id) })
    } finally {
      this.#writing--
      this.#writingBytes -= bytes
    }
  }

  claim(nowMs: number, limit: number): Promise<readonly StoredEvent[]> {
    const claimed = this.#claiming.then(() => this.#claim(nowMs, limit))
    this.#claiming = claimed.catch(() => {})
    return claimed
  }

  complete(id: number): void {
    this.#completions.add(id)
  }

  async retry(id: number, attempts: number, dueMs: number): Promise<void> {
    const update = this.#queries.updateTable('events').set({ attempts, due_ms: dueMs }).where('id', '=', id)
    const [updated] = await this.#commitAtLast(update.compile())
    if (updated?.changes) this.#onDisk.note(id, dueMs)
    this.#taken.delete(id)
    this.#wake()
  }

  /** A commit that fails is tried again for a while, because until it succeeds nobody can claim the event. */
  async #commitAtLast(statement: Statement): Promise<readonly StatementResult[]> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#commit([statement])
      } catch (error) {
        if (tries === MAXIMUM_TRIES) throw error
        await this.#clock.sleep(TRY_AGAIN_MS)
      }
    }
  }

  deletion(account: string, functionName: string): Statement {
    return this.#queries
      .deleteFrom('events')
      .where('account', '=', account)
      .where('function_name', '=', functionName)
      .returning('id')
      .compile()
  }

  deleted(_account: string, _functionName: string, { rows }: StatementResult): void {
    const ids = new Set(rows.map(({ id }) => Number(id)))
    this.#rows -= ids.size
    for (const id of ids) this.#gone(id)
    this.#tail = this.#tail.filter(({ id }) => !ids.has(id))
    this.#tailBytes = this.#tail.reduce((bytes, { payload }) => bytes + payload.length, 0)
  }

  async count(): Promise<number> {
    return this.#rows - this.#completions.waiting
  }

  async waitForWork(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted()
      const waitMs = this.#nextDueMs() - this.#clock.now()
      if (waitMs <= 0) return
      await this.#sleep(Math.min(waitMs, MAXIMUM_SLEEP_MS), signal)
    }
  }

  /** Writes the deletions that are still to be written. */
  close(): Promise<void> {
    return this.#completions.close()
  }

  async #claim(nowMs: number, limit: number): Promise<readonly StoredEvent[]> {
    const events = this.#claimFromTail(nowMs, limit)
    if (events.length < limit) events.push(...(await this.#claimFromDisk(nowMs, limit - events.length)))
    return events
  }

  async #claimFromDisk(nowMs: number, limit: number): Promise<readonly StoredEvent[]> {
    while (this.#onDisk.dueMs <= nowMs) {
      const events = await this.#onDisk.read(nowMs, Math.min(limit, MAXIMUM_READ), (id) => this.#taken.has(id))
      for (const { id } of events) this.#taken.add(id)
      // What was read may all be in somebody's hands already.
      if (events.length > 0) return events
    }
    return []
  }

  #claimFromTail(nowMs: number, limit: number): StoredEvent[] {
    const notDue = this.#tail.findIndex(({ dueMs }) => dueMs > nowMs)
    const claimed = this.#tail.splice(0, Math.min(limit, notDue < 0 ? this.#tail.length : notDue))
    for (const { payload } of claimed) this.#tailBytes -= payload.length
    return claimed
  }

  #accepted(event: StoredEvent): void {
    this.#rows++
    // A claim may have found the row on disk before this thread heard that it was committed.
    if (this.#taken.has(event.id)) return
    const now = this.#clock.now()
    const isNext = event.dueMs <= now && this.#onDisk.dueMs > now
    const hasRoom = this.#tail.length < MAXIMUM_TAIL && this.#tailBytes + event.payload.length <= MAXIMUM_TAIL_BYTES
    if (isNext && hasRoom) {
      this.#tail.push({ ...event, payload: withoutSurroundings(event.payload) })
      this.#tailBytes += event.payload.length
      this.#taken.add(event.id)
      this.#onDisk.pass(event.id, event.dueMs)
    } else this.#onDisk.note(event.id, event.dueMs)
    this.#wake()
  }

  async #deleteRows(ids: readonly number[]): Promise<void> {
    const results = await this.#commit(ids.map(this.#statements.remove))
    for (const { changes } of results) this.#rows -= changes
    for (const id of ids) this.#gone(id)
  }

  #gone(id: number): void {
    this.#taken.delete(id)
    this.#onDisk.forget(id)
  }

  #nextDueMs(): number {
    return Math.min(this.#tail[0]?.dueMs ?? Number.POSITIVE_INFINITY, this.#onDisk.dueMs)
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const sleeper = new AbortController()
    this.#sleepers.add(sleeper)
    try {
      // Its only failures are the two signals: one means look again, the other is looked at by the caller.
      await this.#clock.sleep(ms, AbortSignal.any([signal, sleeper.signal])).catch(() => {})
    } finally {
      this.#sleepers.delete(sleeper)
    }
  }

  #wake(): void {
    for (const sleeper of this.#sleepers) sleeper.abort()
  }
}

/** A payload is often a view of a much larger network buffer, which must not live as long as the event waits. */
const withoutSurroundings = (payload: Buffer): Buffer =>
  payload.buffer.byteLength > 2 * payload.length ? Buffer.from(payload) : payload
