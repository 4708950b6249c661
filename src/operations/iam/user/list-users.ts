import { describeListedUser } from '../describe.ts'
import type { IamHandler } from '../handler.ts'
import { pageMembers, pageOptions, refuseBadMarker } from '../page.ts'

export const listUsers: IamHandler<'ListUsers'> = async (input, { caller, place, store }) => {
  const options = { ...pageOptions(input), pathPrefix: input.PathPrefix }
  const page = await store.identities.users.list(caller.account, options).catch(refuseBadMarker)
  return { Users: page.items.map((user) => describeListedUser(place, user)), ...pageMembers(page) }
}
