/** An accepted asynchronous invocation, on disk until it has run. */
export interface QueuedEvent {
  /** The same for every attempt; the client was told it. */
  readonly requestId: string
  readonly account: string
  readonly functionName: string
  /** As addressed: undefined, `$LATEST`, a version or an alias. */
  readonly qualifier?: string
  readonly payload: Buffer
  readonly traceHeader: string
  readonly acceptedMs: number
  /** Attempts that ended in a function error so far. */
  readonly attempts: number
  /** Not before this time, in epoch milliseconds. */
  readonly dueMs: number
}
