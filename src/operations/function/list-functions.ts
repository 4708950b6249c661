import { describeListed, describeListedVersion } from '#resources'
import type { Handler } from '../context.ts'
import { nextMarker, pageOptions, refuseBadMarker } from '../page.ts'

export const listFunctions: Handler<'ListFunctions'> = async (input, { store, place, caller }) => {
  const allVersions = input.FunctionVersion === 'ALL'
  // Replicas of functions of other regions do not exist here.
  if (input.MasterRegion !== undefined && input.MasterRegion !== 'ALL' && input.MasterRegion !== place.region)
    return { Functions: [] }
  const page = await store.functions.list(caller.account, { ...pageOptions(input), allVersions }).catch(refuseBadMarker)
  return {
    Functions: page.items.map((version) =>
      allVersions ? describeListedVersion(place, version) : describeListed(place, version),
    ),
    ...nextMarker(page),
  }
}
