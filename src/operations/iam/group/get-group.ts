import { describeGroup, describeListedUser } from '../describe.ts'
import { findGroup } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'
import { pageMembers, pageOf } from '../page.ts'

export const getGroup: IamHandler<'GetGroup'> = async (input, context) => {
  const { place, store } = context
  const group = await findGroup(context, 'iam:GetGroup', input.GroupName)
  const page = pageOf(await store.identities.members.usersOf(group.id), input, ({ name }) => name)
  return {
    Group: describeGroup(place, group),
    Users: page.items.map((user) => describeListedUser(place, user)),
    ...pageMembers(page),
  }
}
