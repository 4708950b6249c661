import { addStatement, layerPermission, revisionMismatch } from '#resources'
import type { Handler } from '../context.ts'
import { changePolicy, expectRevision } from './change-policy.ts'
import { layerPolicyOf } from './layer-policy.ts'

export const addLayerVersionPermission: Handler<'AddLayerVersionPermission'> = async (input, context) => {
  const { arn, find } = layerPolicyOf(context, input)
  const { statement, revisionId } = await changePolicy(arn, find, (holder) => {
    expectRevision(holder, input.RevisionId, () => revisionMismatch('GetLayerPolicy'))
    const statement = layerPermission(context.place, arn, input)
    return { statement, policy: addStatement(holder.policy, statement) }
  })
  return { Statement: JSON.stringify(statement), RevisionId: revisionId }
}
