import { fail } from '#base'
import { noPolicy, removeStatement, revisionMismatch } from '#resources'
import type { Handler } from '../context.ts'
import { changePolicy, expectRevision } from './change-policy.ts'
import { layerPolicyOf } from './layer-policy.ts'

export const removeLayerVersionPermission: Handler<'RemoveLayerVersionPermission'> = async (input, context) => {
  const { arn, find } = layerPolicyOf(context, input)
  await changePolicy(arn, find, (holder) => {
    const policy = holder.policy ?? fail(noPolicy())
    expectRevision(holder, input.RevisionId, () => revisionMismatch('GetLayerPolicy'))
    return { policy: removeStatement(policy, input.StatementId) }
  })
  return {}
}
