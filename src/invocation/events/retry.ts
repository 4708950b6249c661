// AWS runs a failing event three times: one minute after the first failure and two minutes after the second.
const MAX_ATTEMPTS = 3
const RETRY_AFTER_MS = [60_000, 120_000]
// Throttles and service faults spend no attempt; they back off from a second to five minutes.
const BACK_OFF_MIN_MS = 1_000
const BACK_OFF_MAX_MS = 300_000
/** AWS drops an event that is older than six hours. */
export const MAX_EVENT_AGE_MS = 6 * 3_600_000

/** When an event runs again that has failed `attempts` times; undefined when it had its last attempt. */
export function nextAttemptMs(attempts: number, nowMs: number): number | undefined {
  if (attempts >= MAX_ATTEMPTS) return undefined
  return nowMs + (RETRY_AFTER_MS[attempts - 1] ?? 0)
}

/** When an event that could not run is tried again: the pause doubles with the event's age. */
export function backOffUntilMs(acceptedMs: number, nowMs: number): number {
  const pause = Math.min(Math.max(nowMs - acceptedMs, BACK_OFF_MIN_MS), BACK_OFF_MAX_MS)
  return nowMs + pause
}
