import { findRole } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'
import { deletePolicy, getPolicy, listPolicies, putPolicy } from '../inline-policies.ts'

export const putRolePolicy: IamHandler<'PutRolePolicy'> = async (input, context) =>
  putPolicy(context, 'role', await findRole(context, 'iam:PutRolePolicy', input.RoleName), input)

export const getRolePolicy: IamHandler<'GetRolePolicy'> = async (input, context) => {
  const role = await findRole(context, 'iam:GetRolePolicy', input.RoleName)
  return { RoleName: role.name, ...(await getPolicy(context, 'role', role, input.PolicyName)) }
}

export const listRolePolicies: IamHandler<'ListRolePolicies'> = async (input, context) =>
  listPolicies(context, await findRole(context, 'iam:ListRolePolicies', input.RoleName), input)

export const deleteRolePolicy: IamHandler<'DeleteRolePolicy'> = async (input, context) =>
  deletePolicy(context, 'role', await findRole(context, 'iam:DeleteRolePolicy', input.RoleName), input.PolicyName)
