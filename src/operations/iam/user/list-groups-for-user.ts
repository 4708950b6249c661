import { describeGroup } from '../describe.ts'
import { findUser } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'
import { pageMembers, pageOf } from '../page.ts'

export const listGroupsForUser: IamHandler<'ListGroupsForUser'> = async (input, context) => {
  const { id } = await findUser(context, 'iam:ListGroupsForUser', input.UserName)
  const page = pageOf(await context.store.identities.members.groupsOf(id), input, ({ name }) => name)
  return { Groups: page.items.map((group) => describeGroup(context.place, group)), ...pageMembers(page) }
}
