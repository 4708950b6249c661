import { policyNotFound } from '../errors.ts'
import type { IamHandler } from '../handler.ts'
import { addTags, pageOfTags, removeTags } from '../tags.ts'
import { findOwnPolicy, findPolicy } from './find-policy.ts'

export const tagPolicy: IamHandler<'TagPolicy'> = async (input, context) => {
  const { arn } = await findOwnPolicy(context, 'iam:TagPolicy', input.PolicyArn)
  const isChanged = await context.store.identities.managedPolicies.change(arn, (policy) => ({
    ...policy,
    tags: addTags(policy.tags, input.Tags),
  }))
  if (!isChanged) throw policyNotFound(arn)
  return {}
}

export const untagPolicy: IamHandler<'UntagPolicy'> = async (input, context) => {
  const { arn } = await findOwnPolicy(context, 'iam:UntagPolicy', input.PolicyArn)
  const isChanged = await context.store.identities.managedPolicies.change(arn, (policy) => ({
    ...policy,
    tags: removeTags(policy.tags, input.TagKeys),
  }))
  if (!isChanged) throw policyNotFound(arn)
  return {}
}

export const listPolicyTags: IamHandler<'ListPolicyTags'> = async (input, context) =>
  pageOfTags((await findPolicy(context, 'iam:ListPolicyTags', input.PolicyArn)).tags, input)
