import type { Group, User } from '#resources'
import { notAMember, principalNotFound, quotaExceeded } from '../errors.ts'
import { findGroup } from '../find-principal.ts'
import type { IamContext, IamHandler } from '../handler.ts'

// AWS's quota.
const GROUPS_PER_USER = 10

export const addUserToGroup: IamHandler<'AddUserToGroup'> = async (input, context) => {
  const [group, user] = await findBoth(context, 'iam:AddUserToGroup', input)
  const outcome = await context.store.identities.members.add(group.id, user.id, GROUPS_PER_USER)
  if (outcome === 'limit-exceeded') throw quotaExceeded('GroupsPerUser', GROUPS_PER_USER)
  if (outcome === 'not-found') throw principalNotFound('user', user.name)
  return {}
}

export const removeUserFromGroup: IamHandler<'RemoveUserFromGroup'> = async (input, context) => {
  const [group, user] = await findBoth(context, 'iam:RemoveUserFromGroup', input)
  const isRemoved = await context.store.identities.members.remove(group.id, user.id)
  if (!isRemoved) throw notAMember(user.name, group.name)
  return {}
}

/** The permission is one on the group. */
async function findBoth(
  context: IamContext,
  action: `iam:${string}`,
  { GroupName, UserName }: { readonly GroupName: string; readonly UserName: string },
): Promise<readonly [Group, User]> {
  const group = await findGroup(context, action, GroupName)
  const user = await context.store.identities.users.find(group.account, UserName)
  if (!user) throw principalNotFound('user', UserName)
  return [group, user]
}
