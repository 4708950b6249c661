import { accessKeyNotFound } from '../errors.ts'
import { findUser, userNameOf } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

export const deleteAccessKey: IamHandler<'DeleteAccessKey'> = async (input, context) => {
  const { id } = await findUser(context, 'iam:DeleteAccessKey', userNameOf(context.caller, input))
  const isDeleted = await context.store.identities.accessKeys.delete(id, input.AccessKeyId)
  if (!isDeleted) throw accessKeyNotFound(input.AccessKeyId)
  return {}
}
