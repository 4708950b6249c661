import { attach, detach, listAttached, policyKey } from '../attached-policies.ts'
import { findGroup } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

export const attachGroupPolicy: IamHandler<'AttachGroupPolicy'> = async ({ GroupName, PolicyArn }, context) => {
  const group = await findGroup(context, 'iam:AttachGroupPolicy', GroupName, policyKey(PolicyArn))
  return attach(context, 'group', group, PolicyArn)
}

export const detachGroupPolicy: IamHandler<'DetachGroupPolicy'> = async ({ GroupName, PolicyArn }, context) => {
  const group = await findGroup(context, 'iam:DetachGroupPolicy', GroupName, policyKey(PolicyArn))
  return detach(context, group, PolicyArn)
}

export const listAttachedGroupPolicies: IamHandler<'ListAttachedGroupPolicies'> = async (input, context) =>
  listAttached(context, await findGroup(context, 'iam:ListAttachedGroupPolicies', input.GroupName), input)
