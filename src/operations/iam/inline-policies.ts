import type { InlinePolicy } from '#resources'
import type { OwnerKind, Store } from '#store'
import { policiesTooLarge, policyNotFound } from './errors.ts'
import { checkDocument, sizeOfDocument } from './policy-document.ts'

/** A user or role whose policies are meant. */
interface Owner {
  readonly account: string
  readonly name: string
}

// AWS's quotas of all inline policies of one owner together.
const LIMIT_BYTES: Readonly<Record<OwnerKind, number>> = { user: 2048, role: 10_240 }

export function findPolicy(store: Store, ownerKind: OwnerKind, owner: Owner, policyName: string): InlinePolicy {
  const policies = store.identities.policiesOf(owner.account, ownerKind, owner.name)
  const policy = policies.find(({ name }) => name === policyName)
  if (!policy) throw policyNotFound(ownerKind, policyName)
  return policy
}

/** Creates or replaces; false when the owner was deleted meanwhile. */
export async function putPolicy(store: Store, policy: InlinePolicy): Promise<boolean> {
  const { account, ownerKind, ownerName, document } = policy
  checkDocument(document, 'identity')
  const others = store.identities.policiesOf(account, ownerKind, ownerName).filter(({ name }) => name !== policy.name)
  const size = [policy, ...others].reduce((sum, { document }) => sum + sizeOfDocument(document), 0)
  if (size > LIMIT_BYTES[ownerKind]) throw policiesTooLarge(LIMIT_BYTES[ownerKind], ownerKind, ownerName)
  return store.identities.putPolicy(policy)
}

export async function deletePolicy(store: Store, ownerKind: OwnerKind, owner: Owner, policyName: string) {
  const isDeleted = await store.identities.deletePolicy(owner.account, ownerKind, owner.name, policyName)
  if (!isDeleted) throw policyNotFound(ownerKind, policyName)
}
