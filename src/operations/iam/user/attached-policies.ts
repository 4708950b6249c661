import { attach, detach, listAttached, policyKey } from '../attached-policies.ts'
import { findUser } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

export const attachUserPolicy: IamHandler<'AttachUserPolicy'> = async ({ UserName, PolicyArn }, context) => {
  const user = await findUser(context, 'iam:AttachUserPolicy', UserName, policyKey(PolicyArn))
  return attach(context, 'user', user, PolicyArn)
}

export const detachUserPolicy: IamHandler<'DetachUserPolicy'> = async ({ UserName, PolicyArn }, context) => {
  const user = await findUser(context, 'iam:DetachUserPolicy', UserName, policyKey(PolicyArn))
  return detach(context, user, PolicyArn)
}

export const listAttachedUserPolicies: IamHandler<'ListAttachedUserPolicies'> = async (input, context) =>
  listAttached(context, await findUser(context, 'iam:ListAttachedUserPolicies', input.UserName), input)
