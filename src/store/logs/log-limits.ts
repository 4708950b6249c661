/** How much disk and memory logs may take. */
export interface LogLimits {
  /** Of one group; the oldest go first. */
  readonly maximumGroupBytes: number
  /** Of all groups together; the oldest go first. */
  readonly maximumTotalBytes: number
  /** Of one group: each environment makes a stream, and the index of all of them is in memory. */
  readonly maximumGroupStreams: number
  /** A stream's file gives way to a new one: the unit in which old records are removed. */
  readonly maximumSegmentBytes: number
  /** Of one stream, in memory, while the disk is slower than the function; the oldest are dropped. */
  readonly maximumPendingCharacters: number
  /** The same of all streams together: what a burst of many environments may take of the server's memory. */
  readonly maximumTotalPendingCharacters: number
}

const MIB = 1024 * 1024

export const defaultLogLimits: LogLimits = {
  maximumGroupBytes: 256 * MIB,
  maximumTotalBytes: 4096 * MIB,
  maximumGroupStreams: 5_000,
  maximumSegmentBytes: 8 * MIB,
  maximumPendingCharacters: 4 * MIB,
  maximumTotalPendingCharacters: 64 * MIB,
}
