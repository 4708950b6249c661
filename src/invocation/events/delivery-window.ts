import { availableParallelism, cpus } from 'node:os'

// Enough to keep every core busy with events that compute.
const SMALLEST = 2 * availableParallelism()
// Below the account's concurrency, so that a flood of events leaves room for callers who wait for an answer.
const LARGEST = 250
// With less idle time than this the host is pressed; with more than that it could do more.
const PRESSED_SHARE = 0.1
const SPARE_SHARE = 0.25

/**
 * How many events may run at the same time. It grows while the processors have time to spare, as they do when functions
 * wait, and shrinks when they have none: more events at a time would then only make everybody slower.
 */
export class DeliveryWindow {
  #size = SMALLEST
  #last = processorTimes()

  get size(): number {
    return this.#size
  }

  /** To be called now and then; `isFull` tells that the window is what holds events back. */
  adjust(isFull: boolean, now = processorTimes()): void {
    const total = now.totalMs - this.#last.totalMs
    const idleShare = total === 0 ? 0 : (now.idleMs - this.#last.idleMs) / total
    this.#last = now
    if (idleShare < PRESSED_SHARE) this.#size = Math.max(SMALLEST, Math.floor(this.#size * 0.7))
    else if (isFull && idleShare > SPARE_SHARE) this.#size = Math.min(LARGEST, Math.ceil(this.#size * 1.5))
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
