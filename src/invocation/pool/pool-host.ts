import type { Environment } from '#environment'
import type { FunctionVersion } from '#resources'

/** What a pool may ask of the host; one instance serves all pools. */
export interface PoolHost {
  /** Takes a place for an environment that starts, if there is one now. */
  takeStart(wanted: WantedStart): EndStart | Refusal
  /** Whether a pool with so many environments has to give one up, because another waits for a place with fewer. */
  takesBack(environments: number): boolean
  endEnvironment(gone: Promise<void>): void
  start(version: FunctionVersion, isProvisioned: boolean): Promise<Environment>
  /** Whether one more environment may be kept for good. */
  readonly mayProvision: boolean
  startEstimateMs(version: FunctionVersion): number
  /** Whether the capacity provider of the version, if it has one, has so many vCPUs left. */
  hasVcpusFor(version: FunctionVersion): boolean
}

export interface WantedStart {
  /** So many the pool has already. */
  readonly environments: number
  /** So much of it will probably be used. */
  readonly memoryMb: number
  readonly isProvisioned: boolean
}

/** Others come first; there is no room yet; there is none, even if all went that would go for it. */
export type Refusal = 'not now' | 'no room' | 'out of reach'

/** The start has ended; a place stays taken while the environment lives. */
export type EndStart = (isAlive: boolean) => void
