import { hasDependents, userNotFound } from './errors.ts'
import { findUser } from './find-user.ts'
import type { IamHandler } from './handler.ts'

export const deleteUser: IamHandler<'DeleteUser'> = async (input, context) => {
  const { identities } = context.store
  const { account, name } = await findUser(context, 'iam:DeleteUser', input.UserName)
  const outcome = await identities.deleteUser(account, name)
  if (outcome === 'not-found') throw userNotFound(input.UserName)
  if (outcome === 'has-dependents') {
    throw hasDependents(identities.listAccessKeys(account, name).length > 0 ? 'access keys' : 'policies')
  }
  return {}
}
