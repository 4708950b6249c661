import type { Environment } from '#environment'

/** The environments of a pool, by what they do: which are idle, and what the others run since when. */
export interface Roster {
  readonly count: number
  readonly idleCount: number
  /** Those that run something. */
  readonly busyCount: number
  /** Those that have been dismissed, and still run something. */
  readonly leavingCount: number
  /** Invocations that run. */
  readonly running: number
  /** Since when the oldest idle one has been idle. */
  readonly idleSinceMs: number
  /** The most that one of them has used. */
  readonly peakMb: number
  /** Whether there is one to take. */
  readonly hasReady: boolean
  /** One that runs an invocation more. */
  take(): Environment | undefined
  hasRoom(environment: Environment): boolean
  begin(environment: Environment, nowMs: number): void
  /** It has answered, and is not ready for more yet. */
  noteAnswer(environment: Environment, nowMs: number): void
  end(environment: Environment, startedMs: number, nowMs: number): void
  /** It is idle from now on, until it is taken. */
  rest(environment: Environment, nowMs: number): void
  /** It is given nothing more. Returns whether it runs nothing, and so may be ended. */
  dismiss(environment: Environment): boolean
  /** Has been dismissed, and still runs something. */
  isLeaving(environment: Environment): boolean
  /** Takes idle ones out, the oldest first. */
  removeIdle(isUnwanted: (environment: Environment, idleSinceMs: number) => boolean, atMost: number): Environment[]
  /** How many of those that run have begun after that. */
  begunSince(sinceMs: number): number
  answeredSince(sinceMs: number): number
  agesMs(nowMs: number): number[]
}

export const peakMbOf = (environments: Iterable<Environment>): number => {
  let peakMb = 0
  for (const environment of environments) peakMb = Math.max(peakMb, environment.peakMemoryMb)
  return peakMb
}
