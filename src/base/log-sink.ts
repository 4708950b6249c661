/** Where an execution environment's log records go. Given from above, so that no room needs to know who keeps them. */
export interface LogSink {
  /** Appends one record; must not block and must not throw. `timestampMs` is epoch milliseconds. */
  append(timestampMs: number, message: string): void
}
