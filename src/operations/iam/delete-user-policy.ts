import { findUser } from './find-user.ts'
import type { IamHandler } from './handler.ts'
import { deletePolicy } from './inline-policies.ts'

export const deleteUserPolicy: IamHandler<'DeleteUserPolicy'> = async (input, context) => {
  const user = await findUser(context, 'iam:DeleteUserPolicy', input.UserName)
  await deletePolicy(context.store, 'user', user, input.PolicyName)
  return {}
}
