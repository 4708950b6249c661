import { fail } from '#base'
import { functionArn, noPolicy, noPolicyFor, removeStatement, revisionMismatch } from '#resources'
import type { Handler } from '../context.ts'
import { changePolicy, expectRevision } from './change-policy.ts'
import { expectFunctionHolder } from './function-policy.ts'

export const removePermission: Handler<'RemovePermission'> = async (input, context) => {
  await changePolicy(
    functionArn(context.place, context.address),
    () => expectFunctionHolder(context, noPolicyFor),
    (holder) => {
      const policy = removeStatement(holder.policy ?? fail(noPolicy()), input.StatementId)
      expectRevision(holder, input.RevisionId, revisionMismatch)
      return { policy }
    },
  )
  return {}
}
