import { userNotFound } from './errors.ts'
import { findUser } from './find-user.ts'
import type { IamHandler } from './handler.ts'
import { putPolicy } from './inline-policies.ts'

export const putUserPolicy: IamHandler<'PutUserPolicy'> = async (input, context) => {
  const user = await findUser(context, 'iam:PutUserPolicy', input.UserName)
  const isPut = await putPolicy(context.store, {
    account: user.account,
    ownerKind: 'user',
    ownerName: user.name,
    name: input.PolicyName,
    document: input.PolicyDocument,
  })
  if (!isPut) throw userNotFound(input.UserName)
  return {}
}
