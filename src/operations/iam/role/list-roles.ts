import { describeListedRole } from '../describe.ts'
import type { IamHandler } from '../handler.ts'
import { pageMembers, pageOptions, refuseBadMarker } from '../page.ts'

export const listRoles: IamHandler<'ListRoles'> = async (input, { caller, place, store }) => {
  const options = { ...pageOptions(input), pathPrefix: input.PathPrefix }
  const page = await store.identities.roles.list(caller.account, options).catch(refuseBadMarker)
  return { Roles: page.items.map((role) => describeListedRole(place, role)), ...pageMembers(page) }
}
