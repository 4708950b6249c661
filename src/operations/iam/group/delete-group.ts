import { hasDependents, principalNotFound } from '../errors.ts'
import { findGroup } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

export const deleteGroup: IamHandler<'DeleteGroup'> = async (input, context) => {
  const { id } = await findGroup(context, 'iam:DeleteGroup', input.GroupName)
  const outcome = await context.store.identities.groups.delete(id)
  if (outcome === 'not-found') throw principalNotFound('group', input.GroupName)
  if (outcome !== 'deleted') throw hasDependents(outcome)
  return {}
}
