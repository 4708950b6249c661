import { noPolicy } from '#resources'
import type { Handler } from '../context.ts'
import { layerPolicyOf } from './layer-policy.ts'

export const getLayerVersionPolicy: Handler<'GetLayerVersionPolicy'> = async (input, context) => {
  const { policy, revisionId } = await layerPolicyOf(context, input).find()
  if (!policy) throw noPolicy()
  return { Policy: policy.document, RevisionId: revisionId }
}
