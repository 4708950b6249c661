import type { InlinePolicy, Principal, PrincipalKind } from '#resources'
import { inlinePolicyNotFound, policiesTooLarge, principalNotFound } from './errors.ts'
import type { IamContext } from './handler.ts'
import { type PageInput, pageMembers, pageOf } from './page.ts'
import { checkDocument, encodeDocument, sizeOfDocument } from './policy-document.ts'

interface PolicyInput {
  readonly PolicyName: string
  readonly PolicyDocument: string
}

// AWS's quotas of all inline policies of one owner together.
const LIMIT_BYTES: Readonly<Record<PrincipalKind, number>> = { user: 2048, group: 5120, role: 10_240 }

/** Creates or replaces. */
export async function putPolicy({ store }: IamContext, kind: PrincipalKind, owner: Principal, input: PolicyInput) {
  checkDocument(input.PolicyDocument, 'identity')
  const policy = { name: input.PolicyName, document: input.PolicyDocument }
  const fits = (all: readonly InlinePolicy[]) =>
    all.reduce((sum, { document }) => sum + sizeOfDocument(document), 0) <= LIMIT_BYTES[kind]
  const outcome = await store.identities.inlinePolicies.put(owner.id, policy, fits)
  if (outcome === 'too-large') throw policiesTooLarge(LIMIT_BYTES[kind], kind, owner.name)
  if (outcome === 'not-found') throw principalNotFound(kind, owner.name)
  return {}
}

export async function getPolicy(context: IamContext, kind: PrincipalKind, owner: Principal, policyName: string) {
  const policies = await context.store.identities.inlinePolicies.list(owner.id)
  const policy = policies.find(({ name }) => name === policyName)
  if (!policy) throw inlinePolicyNotFound(kind, policyName)
  return { PolicyName: policy.name, PolicyDocument: encodeDocument(policy.document) }
}

export async function listPolicies({ store }: IamContext, owner: Principal, input: PageInput) {
  const page = pageOf(await store.identities.inlinePolicies.list(owner.id), input, ({ name }) => name)
  return { PolicyNames: page.items.map(({ name }) => name), ...pageMembers(page) }
}

export async function deletePolicy({ store }: IamContext, kind: PrincipalKind, owner: Principal, policyName: string) {
  const isDeleted = await store.identities.inlinePolicies.delete(owner.id, policyName)
  if (!isDeleted) throw inlinePolicyNotFound(kind, policyName)
  return {}
}
