import { checkAttachable } from '../attached-policies.ts'
import { describeUser } from '../describe.ts'
import { policyNotAttachable, principalExists, quotaExceeded } from '../errors.ts'
import type { IamHandler } from '../handler.ts'
import { newUserId } from '../new-id.ts'
import { newTags } from '../tags.ts'

// AWS's quota.
const USERS_PER_ACCOUNT = 5000

export const createUser: IamHandler<'CreateUser'> = async (input, { caller, clock, place, store }) => {
  const { PermissionsBoundary: boundary } = input
  if (boundary !== undefined) checkAttachable(boundary, caller.account)
  const user = {
    account: caller.account,
    name: input.UserName,
    path: input.Path ?? '/',
    id: newUserId(),
    createdMs: clock.now(),
    tags: newTags(input.Tags),
    permissionsBoundary: boundary,
  }
  const outcome = await store.identities.users.create(user, USERS_PER_ACCOUNT)
  if (outcome === 'exists') throw principalExists('user', user.name)
  if (outcome === 'limit-exceeded') throw quotaExceeded('UsersPerAccount', USERS_PER_ACCOUNT)
  if (outcome === 'no-such-policy') throw policyNotAttachable(boundary ?? '')
  return { User: describeUser(place, user) }
}
