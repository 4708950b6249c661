import { availableParallelism, cpus } from 'node:os'

// Enough to keep every core busy with events that compute.
const SMALLEST = 2 * availableParallelism()
// Below the account's concurrency, so that a flood of events leaves room for callers who wait for an answer.
const LARGEST = 250
// With less idle time than this the host is pressed; with more than that it could do more.
const PRESSED_SHARE = 0.1
const SPARE_SHARE = 0.25
const SHRINK = 0.7
const GROW = 1.5
const GROW_SLOWLY = 4
// Beyond the window, for functions that have less than their share of it, between two looks at the host.
const EXTRA = 50
const EXTRA_WHEN_PRESSED = 2

/**
 * How many events may run at the same time. It grows while the processors have time to spare, as they do when functions
 * wait, and shrinks when they have none: more events at a time would then only make everybody slower. Once it had to
 * shrink, it grows slowly from there on. While somebody waits for an answer on a host that is pressed, it may shrink to
 * one.
 *
 * A function that has less than its share may begin beyond the window, a few times a second: what takes long holds up no
 * others.
 */
export class DeliveryWindow {
  #size = SMALLEST
  /** Where growth becomes slow. */
  #knee = LARGEST
  #extra = EXTRA
  #last = processorTimes()

  get size(): number {
    return this.#size
  }

  /** How many may run at most, whatever the window. */
  get limit(): number {
    return 2 * LARGEST
  }

  /** Spends one of the few places beyond the window, if there is one left. */
  takeExtra(): boolean {
    if (this.#extra === 0) return false
    this.#extra--
    return true
  }

  /** To be called now and then; `isFull` tells that the window is what holds events back. */
  adjust(isFull: boolean, hasCallers: boolean, now = processorTimes()): void {
    const total = now.totalMs - this.#last.totalMs
    const idleShare = total === 0 ? 0 : (now.idleMs - this.#last.idleMs) / total
    this.#last = now
    const isPressed = idleShare < PRESSED_SHARE
    this.#extra = isPressed ? EXTRA_WHEN_PRESSED : EXTRA
    if (isPressed) this.#shrink(hasCallers ? 1 : SMALLEST)
    else if (this.#size < SMALLEST) this.#size = SMALLEST
    else if (isFull && idleShare > SPARE_SHARE) this.#grow()
  }

  #shrink(smallest: number): void {
    this.#size = Math.max(smallest, Math.floor(this.#size * SHRINK))
    this.#knee = Math.max(SMALLEST, this.#size)
  }

  #grow(): void {
    const grown = this.#size < this.#knee ? Math.ceil(this.#size * GROW) : this.#size + GROW_SLOWLY
    this.#size = Math.min(LARGEST, grown)
  }
}

export interface ProcessorTimes {
  readonly idleMs: number
  readonly totalMs: number
}

/** Of all processors since the host was started. */
function processorTimes(): ProcessorTimes {
  let [idleMs, totalMs] = [0, 0]
  for (const { times } of cpus()) {
    idleMs += times.idle
    totalMs += times.user + times.nice + times.sys + times.idle + times.irq
  }
  return { idleMs, totalMs }
}
