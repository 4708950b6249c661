import { findRole } from './find-role.ts'
import type { IamHandler } from './handler.ts'
import { deletePolicy } from './inline-policies.ts'

export const deleteRolePolicy: IamHandler<'DeleteRolePolicy'> = async (input, context) => {
  const role = await findRole(context, 'iam:DeleteRolePolicy', input.RoleName)
  await deletePolicy(context.store, 'role', role, input.PolicyName)
  return {}
}
