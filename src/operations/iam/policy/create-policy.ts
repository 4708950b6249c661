import { principalArn } from '#resources'
import { describePolicy } from '../describe.ts'
import { policyExists, quotaExceeded } from '../errors.ts'
import type { IamHandler } from '../handler.ts'
import { newPolicyId } from '../new-id.ts'
import { newTags } from '../tags.ts'
import { checkManagedDocument } from './managed-document.ts'

// AWS's default quota.
export const POLICIES_PER_ACCOUNT = 1500

export const createPolicy: IamHandler<'CreatePolicy'> = async (input, { caller, clock, place, store }) => {
  checkManagedDocument(input.PolicyDocument)
  const named = { account: caller.account, name: input.PolicyName, path: input.Path ?? '/' }
  const now = clock.now()
  const policy = {
    ...named,
    arn: principalArn(place.partition, 'policy', named),
    id: newPolicyId(),
    description: input.Description,
    tags: newTags(input.Tags),
    createdMs: now,
    updatedMs: now,
    defaultVersion: 1,
  }
  const outcome = await store.identities.managedPolicies.create(policy, input.PolicyDocument, POLICIES_PER_ACCOUNT)
  if (outcome === 'exists') throw policyExists(policy.name)
  if (outcome === 'limit-exceeded') throw quotaExceeded('PoliciesPerAccount', POLICIES_PER_ACCOUNT)
  const { Description, Tags = [], ...described } = describePolicy(policy)
  return { Policy: { ...described, ...(Tags.length > 0 && { Tags }) } }
}
