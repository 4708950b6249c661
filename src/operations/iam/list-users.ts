import { describeUser } from './describe.ts'
import type { IamHandler } from './handler.ts'
import { pageMembers, pageOptions, refuseBadMarker } from './page.ts'

export const listUsers: IamHandler<'ListUsers'> = async (input, { caller, place, store }) => {
  const options = { ...pageOptions(input), pathPrefix: input.PathPrefix }
  const page = await store.identities.listUsers(caller.account, options).catch(refuseBadMarker)
  return { Users: page.items.map((user) => describeUser(place, user)), ...pageMembers(page) }
}
