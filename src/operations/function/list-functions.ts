import { describeListed, describeListedVersion, invalidParameter } from '#resources'
import { InvalidCursor } from '#store'
import type { Handler } from '../context.ts'

// AWS never gives more on a page, whatever MaxItems says.
const PAGE_LIMIT = 50

export const listFunctions: Handler<'ListFunctions'> = async (input, { store, place, caller }) => {
  const allVersions = input.FunctionVersion === 'ALL'
  // Replicas of functions of other regions do not exist here.
  if (input.MasterRegion !== undefined && input.MasterRegion !== 'ALL' && input.MasterRegion !== place.region)
    return { Functions: [] }
  const limit = Math.min(input.MaxItems ?? PAGE_LIMIT, PAGE_LIMIT)
  // Tools send the empty marker of a first page along.
  const after = input.Marker ? { after: input.Marker } : {}
  const page = await store.functions.list(caller.account, { limit, allVersions, ...after }).catch(refuseBadMarker)
  return {
    Functions: page.items.map((version) =>
      allVersions ? describeListedVersion(place, version) : describeListed(place, version),
    ),
    ...(page.next !== undefined && { NextMarker: page.next }),
  }
}

function refuseBadMarker(error: unknown): never {
  throw error instanceof InvalidCursor ? invalidParameter('The provided marker is invalid.') : error
}
