import { describeLayerVersion, type LayerVersionAddress } from '#resources'
import type { Handler, RequestContext } from '../context.ts'
import { findLayerVersion, layerVersionOf } from './layer-of.ts'

export const getLayerVersion: Handler<'GetLayerVersion'> = (input, context) =>
  readLayerVersion(context, layerVersionOf(context, input))

export async function readLayerVersion(context: RequestContext, address: LayerVersionAddress) {
  const { place, baseUrl, codeLocation } = context
  const layer = await findLayerVersion(context, address)
  return describeLayerVersion(place, layer, codeLocation(baseUrl, layer.code.sha256))
}
