/**
 * Waking a processor that went to sleep takes tens of microseconds, on a virtual machine more than a short invocation
 * itself. So for a moment after something was handed over the event loop is kept from sleeping: a quick answer, and the
 * next request, then find it awake. It costs a fraction of a millisecond of one processor, and only where it pays: see
 * `PollingHabit`.
 */
export interface EagerPolling {
  /** Keeps the event loop awake for a moment from now. */
  begin(): void
}

/** Longer waits are slept through: what is saved becomes small beside them. */
const POLLING_MS = 0.15

export function createEagerPolling(pollingMs = POLLING_MS): EagerPolling {
  let untilMs = 0
  let isPolling = false

  function poll(): void {
    isPolling = performance.now() < untilMs
    // An immediate lets the loop look at its sockets without waiting.
    if (isPolling) setImmediate(poll)
  }

  return {
    begin() {
      untilMs = performance.now() + pollingMs
      if (isPolling) return
      isPolling = true
      setImmediate(poll)
    },
  }
}

/** After a miss, this many chances at most are left out before the next try. */
const MOST_LEFT_OUT = 64

/** Whether polling pays for one that is waited for: each miss doubles the pause until it is tried again, a hit ends it. */
export class PollingHabit {
  readonly #pollingMs: number
  #pause = 1
  #left = 0
  #isTrying = false

  constructor(pollingMs = POLLING_MS) {
    this.#pollingMs = pollingMs
  }

  /** Asked before each wait. */
  shouldPoll(): boolean {
    this.#isTrying = this.#left === 0
    if (!this.#isTrying) this.#left--
    return this.#isTrying
  }

  /** Told after each wait how long it was. */
  note(waitedMs: number): void {
    if (!this.#isTrying) return
    if (waitedMs <= this.#pollingMs) {
      this.#pause = 1
    } else {
      this.#left = this.#pause
      this.#pause = Math.min(this.#pause * 2, MOST_LEFT_OUT)
    }
  }
}
