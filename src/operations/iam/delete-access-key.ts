import { accessKeyNotFound } from './errors.ts'
import { findUser, userNameOf } from './find-user.ts'
import type { IamHandler } from './handler.ts'

export const deleteAccessKey: IamHandler<'DeleteAccessKey'> = async (input, context) => {
  const { account, name } = await findUser(context, 'iam:DeleteAccessKey', userNameOf(context.caller, input))
  const isDeleted = await context.store.identities.deleteAccessKey(account, name, input.AccessKeyId)
  if (!isDeleted) throw accessKeyNotFound(input.AccessKeyId)
  return {}
}
