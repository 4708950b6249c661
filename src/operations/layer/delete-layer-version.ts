import type { Handler } from '../context.ts'
import { layerVersionOf } from './layer-of.ts'

/** A layer version that does not exist is deleted successfully; functions keep what they use of one that does. */
export const deleteLayerVersion: Handler<'DeleteLayerVersion'> = async (input, context) => {
  const { account, layerName, version } = layerVersionOf(context, input)
  await context.store.layers.delete(account, layerName, version)
  return {}
}
