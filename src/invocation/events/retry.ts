import type { EventInvokeConfig } from '#resources'

// AWS runs a failing event three times, unless it is configured otherwise: one minute after the first failure and two
// minutes after the second.
const DEFAULT_RETRIES = 2
const RETRY_AFTER_MS = [60_000, 120_000]
// Throttles and service faults spend no attempt; they back off from a second to five minutes.
const BACK_OFF_MIN_MS = 1_000
const BACK_OFF_MAX_MS = 300_000
// AWS drops an event that is older than six hours, unless it is configured otherwise.
const DEFAULT_AGE_SECONDS = 6 * 3_600

/** The last moment at which an event that was accepted then may begin to run. */
export const expiryMs = (acceptedMs: number, config: EventInvokeConfig | undefined): number =>
  acceptedMs + 1_000 * (config?.maximumEventAgeSeconds ?? DEFAULT_AGE_SECONDS)

/** When an event runs again that has failed `attempts` times; undefined when it had its last attempt. */
export function nextAttemptMs(
  attempts: number,
  nowMs: number,
  config: EventInvokeConfig | undefined,
): number | undefined {
  if (attempts > (config?.maximumRetryAttempts ?? DEFAULT_RETRIES)) return undefined
  return nowMs + (RETRY_AFTER_MS[attempts - 1] ?? 0)
}

/** How long to wait after `times` failures in a row, this one included, that were not the function's. */
export const backOffMs = (times: number): number =>
  // Beyond the tenth, doubling would only lead to numbers that are too large.
  Math.min(BACK_OFF_MIN_MS * 2 ** Math.min(times - 1, 10), BACK_OFF_MAX_MS)

/** The same for an event that says nothing but its age: the pause doubles with it. */
export const backOffOfAgeMs = (ageMs: number): number => Math.min(Math.max(ageMs, BACK_OFF_MIN_MS), BACK_OFF_MAX_MS)
