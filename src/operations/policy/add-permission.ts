import { addStatement, functionArn, functionNotFound, functionPermission, revisionMismatch } from '#resources'
import type { Handler } from '../context.ts'
import { changePolicy, expectRevision } from './change-policy.ts'
import { expectFunctionHolder } from './function-policy.ts'

export const addPermission: Handler<'AddPermission'> = async (input, context) => {
  const { place, address } = context
  const arn = functionArn(place, address)
  const { account, functionName } = address
  const { statement } = await changePolicy(
    arn,
    () => expectFunctionHolder(context, () => functionNotFound(place, { account, functionName })),
    (holder) => {
      expectRevision(holder, input.RevisionId, () => revisionMismatch('GetPolicy'))
      const statement = functionPermission(place, arn, input)
      return { statement, policy: addStatement(holder.policy, statement) }
    },
  )
  return { Statement: JSON.stringify(statement) }
}
