import { describeListedLayerVersion, parseLayerName } from '#resources'
import type { Handler } from '../context.ts'
import { nextMarker, refuseBadMarker } from '../page.ts'
import { layerPageOptions } from './list-layers.ts'

/** A layer that does not exist has no versions. */
export const listLayerVersions: Handler<'ListLayerVersions'> = async (input, { store, place, caller }) => {
  const address = parseLayerName(place, caller.account, input.LayerName)
  // The action is not about a certain layer, so it is not a matter of policies whose layers are listed.
  if (address?.account !== caller.account) return { LayerVersions: [] }
  const page = await store.layers
    .listVersions(address.account, address.layerName, layerPageOptions(input))
    .catch(refuseBadMarker)
  return { LayerVersions: page.items.map((layer) => describeListedLayerVersion(place, layer)), ...nextMarker(page) }
}
