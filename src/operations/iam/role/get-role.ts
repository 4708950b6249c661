import { describeRole, seconds } from '../describe.ts'
import { findRole } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

export const getRole: IamHandler<'GetRole'> = async (input, context) => {
  const role = await findRole(context, 'iam:GetRole', input.RoleName)
  const use = await context.store.identities.lastUses.find(role.id)
  const RoleLastUsed = use ? { LastUsedDate: seconds(use.usedMs), Region: use.region } : {}
  return { Role: { ...describeRole(context.place, role), RoleLastUsed } }
}
