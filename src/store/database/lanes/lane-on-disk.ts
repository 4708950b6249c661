import { comparePositions, type LaneRows, type Position, type Waiting } from './lane-rows.ts'

/**
 * Walks through the rows of a lane in their order without reading twice what is in somebody's hands: all rows up to the
 * cursor are claimed, held in memory or gone. Whoever puts a row behind the cursor's back says so with `note`, which
 * sets the cursor back.
 */
export class LaneOnDisk<Address, Item extends Waiting & Address> {
  readonly #rows: LaneRows<Address, Item>
  readonly #address: Address
  #cursor: Position = { dueMs: Number.MIN_SAFE_INTEGER, id: 0 }
  /** No row that waits on disk is due before. */
  #dueMs = Number.POSITIVE_INFINITY
  /** What changed while a read is under way, of which the read may have seen either state. */
  #changed: { readonly ids: Set<number>; first: Position | undefined } | undefined

  constructor(rows: LaneRows<Address, Item>, address: Address) {
    this.#rows = rows
    this.#address = address
  }

  /** Nothing on disk can be claimed before this time. */
  get dueMs(): number {
    return this.#dueMs
  }

  /** The row waits on disk from now on, with this due time. */
  note(id: number, dueMs: number): void {
    const position = { dueMs, id }
    this.#dueMs = Math.min(this.#dueMs, dueMs)
    this.#rewind(position)
    if (!this.#changed) return
    this.#changed.ids.add(id)
    if (!this.#changed.first || comparePositions(position, this.#changed.first) < 0) this.#changed.first = position
  }

  /** The row is in memory, and nothing that waits on disk comes before it: reads may begin behind it. */
  pass(id: number, dueMs: number): void {
    if (!this.#changed && dueMs < this.#dueMs && comparePositions({ dueMs, id }, this.#cursor) > 0)
      this.#cursor = { dueMs, id }
  }

  /** The row is gone from disk. */
  forget(id: number): void {
    this.#changed?.ids.add(id)
  }

  /** The next rows that are due, as many as are allowed, except those that are taken. One read at a time. */
  async read(
    nowMs: number,
    allowed: { readonly items: number; readonly bytes: number },
    isTaken: (id: number) => boolean,
  ): Promise<readonly Item[]> {
    const changed = { ids: new Set<number>(), first: undefined as Position | undefined }
    this.#changed = changed
    const start = this.#cursor
    try {
      const listed = await this.#rows.list(this.#address, start, nowMs, allowed.items)
      const last = lastWithin(listed, allowed.bytes)
      const items = last ? await this.#rows.read(this.#address, start, last) : []
      if (last) this.#cursor = { dueMs: last.dueMs, id: last.id }
      if (changed.first) this.#rewind(changed.first)
      if (last === listed.at(-1) && listed.length < allowed.items) await this.#findNextDue()
      return items.filter(({ id }) => !changed.ids.has(id) && !isTaken(id))
    } catch (error) {
      // Nobody got the rows: the next read begins where this one did.
      if (comparePositions(start, this.#cursor) < 0) this.#cursor = start
      this.#dueMs = Number.NEGATIVE_INFINITY
      throw error
    } finally {
      this.#changed = undefined
    }
  }

  async #findNextDue(): Promise<void> {
    this.#dueMs = Number.POSITIVE_INFINITY
    const dueMs = await this.#rows.firstDueMs(this.#address, this.#cursor)
    // What was noted meanwhile may be earlier than what the database said.
    if (dueMs !== undefined) this.#dueMs = Math.min(this.#dueMs, dueMs)
  }

  #rewind(position: Position): void {
    if (comparePositions(position, this.#cursor) <= 0) this.#cursor = { dueMs: position.dueMs, id: position.id - 1 }
  }
}

/** The last of the rows that are within so many bytes together; the first one is in any case. */
function lastWithin<Listed extends { readonly bytes: number }>(listed: readonly Listed[], bytes: number) {
  let sum = 0
  const beyond = listed.findIndex((row, i) => {
    sum += row.bytes
    return i > 0 && sum > bytes
  })
  return beyond < 0 ? listed.at(-1) : listed[beyond - 1]
}
