import { describeGroup } from '../describe.ts'
import { principalExists, quotaExceeded } from '../errors.ts'
import type { IamHandler } from '../handler.ts'
import { newGroupId } from '../new-id.ts'

// AWS's default quota.
const GROUPS_PER_ACCOUNT = 300

export const createGroup: IamHandler<'CreateGroup'> = async (input, { caller, clock, place, store }) => {
  const group = {
    account: caller.account,
    name: input.GroupName,
    path: input.Path ?? '/',
    id: newGroupId(),
    createdMs: clock.now(),
  }
  const outcome = await store.identities.groups.create(group, GROUPS_PER_ACCOUNT)
  if (outcome === 'limit-exceeded') throw quotaExceeded('GroupsPerAccount', GROUPS_PER_ACCOUNT)
  if (outcome !== 'created') throw principalExists('group', group.name)
  return { Group: describeGroup(place, group) }
}
