import { describeLayerVersion, newLayerVersion } from '#resources'
import type { Handler } from '../context.ts'
import { refuseFullStorage, storeCode } from '../function/code-package.ts'
import { layerOf } from './layer-of.ts'

export const publishLayerVersion: Handler<'PublishLayerVersion'> = async (input, context) => {
  const { store, place, clock, baseUrl, codeLocation } = context
  const address = layerOf(context, input.LayerName)
  const code = await storeCode(context, input.Content)
  const layer = await store.layers.publish(newLayerVersion(address, input, code, clock.now())).catch(refuseFullStorage)
  return describeLayerVersion(place, layer, codeLocation(baseUrl, code.sha256))
}
