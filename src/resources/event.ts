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
  /** Of the last of them. */
  readonly lastError?: FunctionAnswer
  /** Not before this time, in epoch milliseconds. */
  readonly dueMs: number
}

/** What a version made of an event. */
export interface FunctionAnswer {
  readonly executedVersion: string
  readonly payload: Buffer
}
