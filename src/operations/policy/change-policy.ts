import { type ResourcePolicy, updateInProgress } from '#resources'
import type { PolicyHolder } from './policy-holder.ts'

/** What becomes of a policy. */
export interface PolicyChange {
  /** Undefined: there is none any more. */
  readonly policy: ResourcePolicy | undefined
}

// Each lost round is the win of another writer, so even a crowd is through long before.
const MAX_ROUNDS = 1_000

/** Stores what `decide` makes of the policy; when another writer comes first, of what that one wrote. */
export async function changePolicy<Change extends PolicyChange>(
  arn: string,
  find: () => Promise<PolicyHolder>,
  decide: (holder: PolicyHolder) => Change,
): Promise<Change & { readonly revisionId: string }> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const holder = await find()
    const change = decide(holder)
    const revisionId = await holder.replacePolicy(change.policy)
    if (revisionId !== undefined) return { ...change, revisionId }
  }
  throw updateInProgress(arn)
}

/** The policy that is to be changed, in the revision that the caller expects, if it expects one. */
export function expectRevision(
  { revisionId }: PolicyHolder,
  expected: string | undefined,
  mismatch: () => Error,
): void {
  if (expected !== undefined && expected !== revisionId) throw mismatch()
}
