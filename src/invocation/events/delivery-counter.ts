import type { EndCondition } from '#resources'
import type { Outcome } from './attempt.ts'

/** What has become of events since the server was started. */
export interface DeliveryCounts {
  /** Attempts in which a function ran, however it ended. */
  readonly attempts: number
  /** Times that there was no room for an event. */
  readonly throttles: number
  /** Events that came to an end, by why. */
  readonly ended: Readonly<Partial<Record<EndCondition, number>>>
  /** Events of functions, versions or aliases that are gone. */
  readonly discarded: number
}

export class DeliveryCounter {
  #attempts = 0
  #throttles = 0
  #discarded = 0
  readonly #ended: Partial<Record<EndCondition, number>> = {}

  add(event: { readonly attempts: number }, outcome: Outcome): void {
    if (outcome.kind === 'throttled') this.#throttles++
    else if (outcome.kind === 'discarded') this.#discarded++
    else if (outcome.kind === 'retry') this.#attempts += outcome.retry.attempts - event.attempts
    else {
      const { condition, attempts } = outcome.end
      this.#attempts += attempts - event.attempts
      this.#ended[condition] = (this.#ended[condition] ?? 0) + 1
    }
  }

  counts(): DeliveryCounts {
    return {
      attempts: this.#attempts,
      throttles: this.#throttles,
      ended: { ...this.#ended },
      discarded: this.#discarded,
    }
  }
}
