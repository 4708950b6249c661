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

export const maximumAgeMs = (config: EventInvokeConfig | undefined): number =>
  1_000 * (config?.maximumEventAgeSeconds ?? DEFAULT_AGE_SECONDS)

/** When an event runs again that has failed `attempts` times; undefined when it had its last attempt. */
export function nextAttemptMs(
  attempts: number,
  nowMs: number,
  config: EventInvokeConfig | undefined,
): number | undefined {
  if (attempts > (config?.maximumRetryAttempts ?? DEFAULT_RETRIES)) return undefined
  return nowMs + (RETRY_AFTER_MS[attempts - 1] ?? 0)
}

/** When an event that could not run is tried again: the pause doubles with the event's age. */
export function backOffUntilMs(acceptedMs: number, nowMs: number): number {
  const pause = Math.min(Math.max(nowMs - acceptedMs, BACK_OFF_MIN_MS), BACK_OFF_MAX_MS)
  return nowMs + pause
}
