import { boundsOf, type FunctionVersion, isInvocable, LATEST, served } from '#resources'
import type { Pools } from './pool/pools.ts'

/** Lets a published version on managed instances have the environments that it is to have; none when it is deactivated. */
export function scale(pools: Pools, version: FunctionVersion): void {
  if (!version.configuration.capacity || version.version === LATEST) return
  if (isInvocable(version)) pools.scale(served(version), boundsOf(version))
  else pools.retire(version.functionId, version.version)
}
