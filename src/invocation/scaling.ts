import { boundsOf, type FunctionVersion, isInvocable, LATEST, served } from '#resources'
import type { FunctionStore } from '#store'
import type { Pools } from './pool/pools.ts'

interface Scaled {
  readonly pools: Pick<Pools, 'scale' | 'retire'>
  readonly functions: Pick<FunctionStore, 'find'>
}

/**
 * Lets a published version on managed instances have the environments that it is to have as it is stored; none when it
 * is deactivated, or gone. Whoever changes or deletes it meanwhile may have had his turn already: it is looked up once
 * more, until it is as it was before.
 */
export async function scale({ pools, functions }: Scaled, of: FunctionVersion): Promise<void> {
  if (!of.configuration.capacity || of.version === LATEST) return
  for (let revisionId: string | undefined; ; ) {
    const stored = await functions.find(of.account, of.functionName, of.version)
    if (stored?.functionId !== of.functionId) return pools.retire(of.functionId, of.version)
    if (stored.revisionId === revisionId) return
    if (isInvocable(stored)) pools.scale(served(stored), boundsOf(stored))
    else pools.retire(stored.functionId, stored.version)
    revisionId = stored.revisionId
  }
}
