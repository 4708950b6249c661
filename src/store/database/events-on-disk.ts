import type { StoredEvent } from '../event-store.ts'
import type { Database } from './database.ts'
import { eventOf } from './event-rows.ts'

/**
 * Walks through the events on disk in the order (dueMs, id) without reading twice what is in somebody's hands: all
 * rows up to the cursor are claimed, held in memory or gone. Whoever puts a row behind the cursor's back says so with
 * `note`, which sets the cursor back.
 */
export class EventsOnDisk {
  readonly #queries: Database['queries']
  #cursor: Key = { dueMs: Number.MIN_SAFE_INTEGER, id: 0 }
  /** No row that waits on disk is due before. */
  #dueMs = Number.POSITIVE_INFINITY
  /** What changed while a read is under way, of which the read may have seen either state. */
  #changed: { readonly ids: Set<number>; first: Key | undefined } | undefined

  constructor(queries: Database['queries']) {
    this.#queries = queries
  }

  /** Nothing on disk can be claimed before this time. */
  get dueMs(): number {
    return this.#dueMs
  }

  /** The event waits on disk from now on, with this due time. */
  note(id: number, dueMs: number): void {
    const key = { dueMs, id }
    this.#dueMs = Math.min(this.#dueMs, dueMs)
    this.#rewind(key)
    if (!this.#changed) return
    this.#changed.ids.add(id)
    if (!this.#changed.first || compare(key, this.#changed.first) < 0) this.#changed.first = key
  }

  /** The event is in memory, and nothing that waits on disk comes before it: reads may begin behind it. */
  pass(id: number, dueMs: number): void {
    if (!this.#changed && dueMs < this.#dueMs && compare({ dueMs, id }, this.#cursor) > 0) this.#cursor = { dueMs, id }
  }

  /** The event is gone from disk. */
  forget(id: number): void {
    this.#changed?.ids.add(id)
  }

  /** The next events that are due, except those that `isTaken`. One read at a time. */
  async read(nowMs: number, limit: number, isTaken: (id: number) => boolean): Promise<readonly StoredEvent[]> {
    const changed = { ids: new Set<number>(), first: undefined as Key | undefined }
    this.#changed = changed
    const start = this.#cursor
    try {
      const rows = await this.#rows()
        .selectAll()
        .where('due_ms', '<=', nowMs)
        .orderBy('due_ms')
        .orderBy('id')
        .limit(limit)
        .execute()
      const last = rows.at(-1)
      if (last) this.#cursor = { dueMs: last.due_ms, id: last.id }
      if (changed.first) this.#rewind(changed.first)
      if (rows.length < limit) await this.#findNextDue()
      return rows.filter(({ id }) => !changed.ids.has(id) && !isTaken(id)).map(eventOf)
    } catch (error) {
      // Nobody got the rows: the next read begins where this one did.
      if (compare(start, this.#cursor) < 0) this.#cursor = start
      this.#dueMs = Number.NEGATIVE_INFINITY
      throw error
    } finally {
      this.#changed = undefined
    }
  }

  async #findNextDue(): Promise<void> {
    this.#dueMs = Number.POSITIVE_INFINITY
    const row = await this.#rows()
      .select((eb) => eb.fn.min('due_ms').as('dueMs'))
      .executeTakeFirst()
    // What was noted meanwhile may be earlier than what the database said.
    if (typeof row?.dueMs === 'number') this.#dueMs = Math.min(this.#dueMs, row.dueMs)
  }

  #rows() {
    const { dueMs, id } = this.#cursor
    return this.#queries
      .selectFrom('events')
      .where(({ eb, refTuple, tuple }) => eb(refTuple('due_ms', 'id'), '>', tuple(dueMs, id)))
  }

  #rewind(key: Key): void {
    if (compare(key, this.#cursor) <= 0) this.#cursor = { dueMs: key.dueMs, id: key.id - 1 }
  }
}

interface Key {
  readonly dueMs: number
  readonly id: number
}

const compare = (a: Key, b: Key): number => a.dueMs - b.dueMs || a.id - b.id
