import { newUuid } from '#base'
import { layerVersionArn, noSuchLayerVersionHere } from '#resources'
import type { RequestContext } from '../context.ts'
import { layerVersionOf } from '../layer/layer-of.ts'
import type { PolicyHolder } from './policy-holder.ts'

interface LayerVersionInput {
  readonly LayerName: string
  readonly VersionNumber: number
}

/** The layer version of a request, its ARN, and how to come to its policy. */
export function layerPolicyOf(context: RequestContext, input: LayerVersionInput) {
  const layer = layerVersionOf(context, input)
  const arn = layerVersionArn(context.place, layer)
  const { layers } = context.store
  const find = async (): Promise<PolicyHolder> => {
    if (!(await layers.find(layer.account, layer.layerName, layer.version))) throw noSuchLayerVersionHere(arn)
    const found = layers.peekPolicy(layer)
    return {
      policy: found?.policy,
      revisionId: found?.revisionId,
      replacePolicy: async (policy) => {
        const revisionId = newUuid()
        const isWritten = await layers.replacePolicy(layer, policy && { policy, revisionId }, found?.revisionId)
        return isWritten ? revisionId : undefined
      },
    }
  }
  return { arn, find }
}
