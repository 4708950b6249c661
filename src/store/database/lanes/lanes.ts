import type { Clock } from '#base'
import { DueHeap } from './due-heap.ts'
import { Lane } from './lane.ts'
import type { LaneRows, Waiting } from './lane-rows.ts'
import { ReadAhead } from './read-ahead.ts'

// Timers cannot wait longer than 24 days; looking once an hour costs nothing.
const MAXIMUM_SLEEP_MS = 3_600_000

/**
 * A durable queue that is divided into lanes, so that what waits for one address waits for no other. Only lanes in which
 * something waits exist, and all of them together keep a bounded part of it in memory.
 *
 * A lane is announced once by `takeDue`, when something in it has become due, and again only after a claim has found
 * nothing: so whoever was told of it can leave it alone for as long as seems right.
 */
export class Lanes<Address, Item extends Waiting & Address> {
  readonly #rows: LaneRows<Address, Item>
  readonly #clock: Clock
  readonly #lanes = new Map<string, Lane<Address, Item>>()
  readonly #planned = new DueHeap<Lane<Address, Item>>()
  readonly #readAhead = new ReadAhead()
  readonly #sleepers = new Set<AbortController>()
  #count = 0

  constructor(rows: LaneRows<Address, Item>, clock: Clock) {
    this.#rows = rows
    this.#clock = clock
  }

  /** Rows of all lanes, those in somebody's hands included. */
  get count(): number {
    return this.#count
  }

  countOf(address: Address): number {
    return this.#lanes.get(this.#rows.keyOf(address))?.count ?? 0
  }

  /** Rows of the lanes of these addresses. */
  countWhere(isMeant: (address: Address) => boolean): number {
    let count = 0
    for (const lane of this.#lanes.values()) if (isMeant(lane.address)) count += lane.count
    return count
  }

  /** At the start: so many rows of this lane are on disk. */
  found(address: Address, count: number, dueMs: number): void {
    const lane = this.#laneAt(address)
    this.#count += count
    lane.found(count, dueMs)
    this.#plan(lane)
  }

  /** The item was committed. */
  accepted(item: Item): void {
    const lane = this.#laneOf(item) ?? this.#laneAt(this.#rows.addressOf(item))
    this.#count++
    lane.accepted(item, this.#clock.now())
    this.#plan(lane)
  }

  /** The lanes in which something has become due since they were last found empty. */
  takeDue(nowMs: number): readonly Address[] {
    const addresses: Address[] = []
    for (let lane = this.#planned.take(nowMs); lane; lane = this.#planned.take(nowMs)) {
      // It was planned more than once, or it has found another time since.
      if (lane.plannedMs > nowMs || lane.isAnnounced || this.#lanes.get(this.#rows.keyOf(lane.address)) !== lane)
        continue
      lane.plannedMs = Number.POSITIVE_INFINITY
      lane.isAnnounced = lane.nextDueMs <= nowMs
      if (lane.isAnnounced) addresses.push(lane.address)
      else this.#plan(lane)
    }
    return addresses
  }

  /** The next item of a lane that was announced. */
  async claim(address: Address, nowMs: number): Promise<Item | undefined> {
    const lane = this.#lanes.get(this.#rows.keyOf(address))
    const item = await lane?.claim(nowMs)
    if (lane && item === undefined) {
      lane.isAnnounced = false
      this.#settle(lane)
    }
    return item
  }

  /** The item as if it had not been claimed. */
  release(item: Item): void {
    const lane = this.#laneOf(item)
    lane?.release(item)
    if (lane) this.#plan(lane)
  }

  /** A claimed item was put off until this time, on disk. */
  postponed(item: Item, dueMs: number): void {
    const lane = this.#laneOf(item)
    lane?.postponed(item.id, dueMs)
    if (lane) this.#plan(lane)
  }

  /** A claimed item was deleted on disk; `changes` is 0 when its row was gone already. */
  deleted(item: Address & Pick<Waiting, 'id'>, changes: number): void {
    this.#count -= changes
    const lane = this.#laneOf(item)
    if (!lane) return
    lane.count -= changes
    lane.gone(item.id)
    this.#settle(lane)
  }

  /** The lanes of these addresses were deleted on disk, with so many rows. */
  dropped(isMeant: (address: Address) => boolean, changes: number): void {
    this.#count -= changes
    for (const [key, lane] of this.#lanes) {
      if (!isMeant(lane.address)) continue
      lane.drop()
      this.#lanes.delete(key)
    }
  }

  /** Resolves when `takeDue` has something to tell, or may have; rejects with the signal's reason. */
  async waitForWork(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted()
      const waitMs = this.#planned.firstDueMs - this.#clock.now()
      if (waitMs <= 0) return
      await this.#sleep(Math.min(waitMs, MAXIMUM_SLEEP_MS), signal)
    }
  }

  #laneOf(item: Address): Lane<Address, Item> | undefined {
    return this.#lanes.get(this.#rows.keyOf(item))
  }

  #laneAt(address: Address): Lane<Address, Item> {
    const lane = new Lane(address, this.#rows, this.#readAhead)
    this.#lanes.set(this.#rows.keyOf(address), lane)
    return lane
  }

  #settle(lane: Lane<Address, Item>): void {
    const key = this.#rows.keyOf(lane.address)
    if (!lane.isOver) this.#plan(lane)
    else if (this.#lanes.get(key) === lane) this.#lanes.delete(key)
  }

  #plan(lane: Lane<Address, Item>): void {
    const dueMs = lane.nextDueMs
    if (lane.isAnnounced || dueMs >= lane.plannedMs) return
    lane.plannedMs = dueMs
    this.#planned.add(dueMs, lane)
    for (const sleeper of this.#sleepers) sleeper.abort()
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
}
