import { hasDependents, principalNotFound } from '../errors.ts'
import { findUser } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

export const deleteUser: IamHandler<'DeleteUser'> = async (input, context) => {
  const { id } = await findUser(context, 'iam:DeleteUser', input.UserName)
  const outcome = await context.store.identities.users.delete(id)
  if (outcome === 'not-found') throw principalNotFound('user', input.UserName)
  if (outcome !== 'deleted') throw hasDependents(outcome)
  return {}
}
