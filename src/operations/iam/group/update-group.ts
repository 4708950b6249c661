import { principalArn } from '#resources'
import { principalExists, principalNotFound } from '../errors.ts'
import { findGroup } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

export const updateGroup: IamHandler<'UpdateGroup'> = async (input, context) => {
  const { authorize, place, store } = context
  const group = await findGroup(context, 'iam:UpdateGroup', input.GroupName)
  const next = { path: input.NewPath ?? group.path, name: input.NewGroupName ?? group.name }
  // Whoever may not change a group of that name must not be able to make one.
  authorize('iam:UpdateGroup', principalArn(place.partition, 'group', { account: group.account, ...next }))
  const outcome = await store.identities.groups.change(group.id, (record) => ({ ...record, ...next }))
  if (outcome === 'exists') throw principalExists('group', next.name)
  if (outcome === 'not-found') throw principalNotFound('group', group.name)
  return {}
}
