import { newUuid } from '#base'
import {
  type Alias,
  type FunctionAddress,
  type FunctionVersion,
  isVersion,
  LATEST,
  type ResourcePolicy,
} from '#resources'
import type { Store } from '#store'

/** Something that may have a policy of its own. */
export interface PolicyHolder {
  readonly policy: ResourcePolicy | undefined
  readonly revisionId: string | undefined
  /** The new revision; undefined, and nothing done, when another writer came first. */
  replacePolicy(policy: ResourcePolicy | undefined): Promise<string | undefined>
}

/**
 * The function as a whole, a published version, or an alias. Their policies are kept with them, so one commit changes
 * policy and revision, and neither outlives the other. `$LATEST` has no policy but the function's.
 */
export async function findFunctionHolder(
  store: Store,
  { account, functionName, qualifier }: FunctionAddress,
): Promise<PolicyHolder | undefined> {
  if (qualifier === LATEST) return undefined
  if (qualifier !== undefined && !isVersion(qualifier)) {
    const alias = await store.aliases.find(account, functionName, qualifier)
    return alias && holderOf(alias, async (next) => (await store.aliases.update(next, alias.revisionId)) === 'written')
  }
  const version = await store.functions.find(account, functionName, qualifier ?? LATEST)
  return version && holderOf(version, (next) => store.functions.update(next, version.revisionId))
}

function holderOf<Holder extends Alias | FunctionVersion>(
  holder: Holder,
  write: (next: Holder) => Promise<boolean>,
): PolicyHolder {
  const { policy: _, ...rest } = holder
  return {
    policy: holder.policy,
    revisionId: holder.revisionId,
    replacePolicy: async (policy) => {
      const revisionId = newUuid()
      const isWritten = await write({ ...rest, revisionId, ...(policy && { policy }) } as Holder)
      return isWritten ? revisionId : undefined
    },
  }
}
