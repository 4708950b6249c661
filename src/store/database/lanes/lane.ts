import { LaneOnDisk } from './lane-on-disk.ts'
import type { LaneRows, Waiting } from './lane-rows.ts'
import type { ReadAhead } from './read-ahead.ts'

/**
 * The queue of one address. An item is in one of three places: in memory (oldest first), on disk only, or claimed.
 * Items that are accepted stay in memory while the disk holds nothing older that is due, so what is in memory followed
 * by the disk is their order.
 */
export class Lane<Address, Item extends Waiting & Address> {
  readonly address: Address
  /** Rows, those in somebody's hands included. */
  count = 0
  /** Somebody was told that there is something to claim, and has not yet found nothing. */
  isAnnounced = false
  /** For when it is planned to be announced. */
  plannedMs = Number.POSITIVE_INFINITY
  readonly #rows: LaneRows<Address, Item>
  readonly #readAhead: ReadAhead
  readonly #disk: LaneOnDisk<Address, Item>
  #inMemory: Item[] = []
  /** In memory or claimed: not to be taken from disk. */
  readonly #taken = new Set<number>()
  #reading: Promise<void> | undefined
  #isDropped = false

  constructor(address: Address, rows: LaneRows<Address, Item>, readAhead: ReadAhead) {
    this.address = address
    this.#rows = rows
    this.#readAhead = readAhead
    this.#disk = new LaneOnDisk(rows, address)
  }

  get nextDueMs(): number {
    return Math.min(this.#inMemory[0]?.dueMs ?? Number.POSITIVE_INFINITY, this.#disk.dueMs)
  }

  /** Nobody needs it any more. */
  get isOver(): boolean {
    return this.count <= 0 && this.#taken.size === 0 && !this.isAnnounced
  }

  /** At the start: so many rows are on disk. */
  found(count: number, dueMs: number): void {
    this.count = count
    this.#disk.note(0, dueMs)
  }

  accepted(item: Item, nowMs: number): void {
    this.count++
    // A claim may have found the row on disk before this thread heard that it was committed.
    if (this.#taken.has(item.id)) return
    const isNext = item.dueMs <= nowMs && this.#disk.dueMs > nowMs
    if (isNext && this.#readAhead.hasRoom(this.#inMemory.length, this.#rows.sizeOf(item))) {
      this.#inMemory.push(item)
      this.#take(item)
      this.#disk.pass(item.id, item.dueMs)
    } else this.#disk.note(item.id, item.dueMs)
  }

  async claim(nowMs: number): Promise<Item | undefined> {
    for (;;) {
      const item = this.#takeFromMemory(nowMs)
      if (item) return item
      if (this.#isDropped || this.#disk.dueMs > nowMs) return undefined
      this.#reading ??= this.#read(nowMs).finally(() => {
        this.#reading = undefined
      })
      await this.#reading
    }
  }

  /** A claimed item is the next one again; nothing has changed on disk. */
  release(item: Item): void {
    if (this.#isDropped || !this.#taken.has(item.id)) return
    this.#inMemory.unshift(item)
    this.#readAhead.add(this.#rows.sizeOf(item))
    if (!this.#readAhead.isSpacious) this.#forgetMemory()
  }

  /** A claimed item waits on disk again, until this time. */
  postponed(id: number, dueMs: number): void {
    this.#disk.note(id, dueMs)
    this.#taken.delete(id)
  }

  /** The row is gone from disk. */
  gone(id: number): void {
    this.#taken.delete(id)
    this.#disk.forget(id)
  }

  /** All rows are gone from disk, and nothing of them is handed out any more. */
  drop(): void {
    this.#isDropped = true
    this.#forgetMemory()
  }

  async #read(nowMs: number): Promise<void> {
    const items = await this.#disk.read(nowMs, this.#readAhead.allowance(), (id) => this.#taken.has(id))
    if (this.#isDropped) return
    for (const item of items) this.#take(item)
    // What was accepted meanwhile comes after what was on disk.
    this.#inMemory.unshift(...items)
  }

  #take(item: Item): void {
    this.#taken.add(item.id)
    this.#readAhead.add(this.#rows.sizeOf(item))
  }

  #takeFromMemory(nowMs: number): Item | undefined {
    const [next] = this.#inMemory
    if (!next || next.dueMs > nowMs) return undefined
    this.#inMemory.shift()
    this.#readAhead.remove(this.#rows.sizeOf(next))
    return next
  }

  /** What is in memory is on disk only, from now on. */
  #forgetMemory(): void {
    for (const item of this.#inMemory) {
      this.#readAhead.remove(this.#rows.sizeOf(item))
      this.postponed(item.id, item.dueMs)
    }
    this.#inMemory = []
  }
}
