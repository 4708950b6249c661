import { describeRole } from './describe.ts'
import { findRole } from './find-role.ts'
import type { IamHandler } from './handler.ts'

export const getRole: IamHandler<'GetRole'> = async (input, context) => {
  const role = await findRole(context, 'iam:GetRole', input.RoleName)
  return { Role: { ...describeRole(context.place, role), RoleLastUsed: {} } }
}
