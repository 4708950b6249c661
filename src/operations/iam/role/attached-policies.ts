import { attach, detach, listAttached, policyKey } from '../attached-policies.ts'
import { findRole } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

export const attachRolePolicy: IamHandler<'AttachRolePolicy'> = async ({ RoleName, PolicyArn }, context) => {
  const role = await findRole(context, 'iam:AttachRolePolicy', RoleName, policyKey(PolicyArn))
  return attach(context, 'role', role, PolicyArn)
}

export const detachRolePolicy: IamHandler<'DetachRolePolicy'> = async ({ RoleName, PolicyArn }, context) => {
  const role = await findRole(context, 'iam:DetachRolePolicy', RoleName, policyKey(PolicyArn))
  return detach(context, role, PolicyArn)
}

export const listAttachedRolePolicies: IamHandler<'ListAttachedRolePolicies'> = async (input, context) =>
  listAttached(context, await findRole(context, 'iam:ListAttachedRolePolicies', input.RoleName), input)
