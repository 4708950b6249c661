import type { RequestContext } from '../context.ts'

/** Accepts an event for the version or alias as addressed: what that means is found out when it runs. */
export function enqueue(
  { store, address, clock, requestId, traceHeader }: RequestContext,
  payload: Buffer,
): Promise<void> {
  const nowMs = clock.now()
  return store.events.enqueue({
    ...address,
    requestId,
    payload,
    traceHeader,
    acceptedMs: nowMs,
    attempts: 0,
    dueMs: nowMs,
  })
}
