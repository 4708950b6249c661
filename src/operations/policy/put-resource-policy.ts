import { functionNotFound, resourcePolicy, revisionMismatch } from '#resources'
import type { Handler } from '../context.ts'
import { changePolicy, expectRevision } from './change-policy.ts'
import { checkDocument } from './document.ts'
import { expectFunctionHolder } from './function-policy.ts'
import { checkResourceArn } from './resource-arn.ts'

/** Replaces the whole policy, what AddPermission made of it included. */
export const putResourcePolicy: Handler<'PutResourcePolicy'> = async (input, context) => {
  const { account, functionName } = checkResourceArn(context, input.ResourceArn)
  checkDocument(input.Policy, input.ResourceArn)
  const { policy, revisionId } = await changePolicy(
    input.ResourceArn,
    () => expectFunctionHolder(context, () => functionNotFound(context.place, { account, functionName })),
    (holder) => {
      expectRevision(holder, input.RevisionId, () => revisionMismatch('GetResourcePolicy'))
      return { policy: resourcePolicy(input.Policy) }
    },
  )
  return { Policy: policy.document, RevisionId: revisionId }
}
