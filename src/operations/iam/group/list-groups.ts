import { describeGroup } from '../describe.ts'
import type { IamHandler } from '../handler.ts'
import { pageMembers, pageOptions, refuseBadMarker } from '../page.ts'

export const listGroups: IamHandler<'ListGroups'> = async (input, { caller, place, store }) => {
  const options = { ...pageOptions(input), pathPrefix: input.PathPrefix }
  const page = await store.identities.groups.list(caller.account, options).catch(refuseBadMarker)
  return { Groups: page.items.map((group) => describeGroup(place, group)), ...pageMembers(page) }
}
