import type { lambda } from '#model'
import { describeLayer } from '#resources'
import type { Handler } from '../context.ts'
import { nextMarker, pageOptions, refuseBadMarker } from '../page.ts'

export const listLayers: Handler<'ListLayers'> = async (input, { store, place, caller }) => {
  const page = await store.layers.list(caller.account, layerPageOptions(input)).catch(refuseBadMarker)
  return { Layers: page.items.map((layer) => describeLayer(place, layer)), ...nextMarker(page) }
}

export const layerPageOptions = (input: lambda.ListLayersRequest) => ({
  ...pageOptions(input),
  runtime: input.CompatibleRuntime,
  architecture: input.CompatibleArchitecture,
})
