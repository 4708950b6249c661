import { principalArn } from '#resources'
import { principalExists, principalNotFound } from '../errors.ts'
import { findUser } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

export const updateUser: IamHandler<'UpdateUser'> = async (input, context) => {
  const { authorize, place, store } = context
  const user = await findUser(context, 'iam:UpdateUser', input.UserName)
  const next = { path: input.NewPath ?? user.path, name: input.NewUserName ?? user.name }
  // Whoever may not change a user of that name must not be able to make one.
  authorize('iam:UpdateUser', principalArn(place.partition, 'user', { account: user.account, ...next }))
  const outcome = await store.identities.users.change(user.id, (record) => ({ ...record, ...next }))
  if (outcome === 'exists') throw principalExists('user', next.name)
  if (outcome === 'not-found') throw principalNotFound('user', user.name)
  return {}
}
