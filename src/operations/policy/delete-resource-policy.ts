import { noPolicy, noPolicyFor, revisionMismatch } from '#resources'
import type { Handler } from '../context.ts'
import { changePolicy, expectRevision } from './change-policy.ts'
import { expectFunctionHolder } from './function-policy.ts'
import { checkResourceArn } from './resource-arn.ts'

export const deleteResourcePolicy: Handler<'DeleteResourcePolicy'> = async (input, context) => {
  checkResourceArn(context, input.ResourceArn)
  await changePolicy(
    input.ResourceArn,
    () => expectFunctionHolder(context, noPolicyFor),
    (holder) => {
      if (!holder.policy) throw noPolicy()
      expectRevision(holder, input.RevisionId, () => revisionMismatch('GetResourcePolicy'))
      return { policy: undefined }
    },
  )
  return {}
}
