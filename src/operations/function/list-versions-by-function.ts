import { describeListedVersion } from '#resources'
import type { Handler } from '../context.ts'
import { nextMarker, pageOptions, refuseBadMarker } from '../page.ts'
import { findFunction } from './find-version.ts'

export const listVersionsByFunction: Handler<'ListVersionsByFunction'> = async (input, { store, place, address }) => {
  const { account, functionName } = await findFunction(store, place, address)
  const page = await store.functions
    .list(account, { ...pageOptions(input), allVersions: true, functionName })
    .catch(refuseBadMarker)
  return { Versions: page.items.map((version) => describeListedVersion(place, version)), ...nextMarker(page) }
}
