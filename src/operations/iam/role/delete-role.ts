import { hasDependents, principalNotFound } from '../errors.ts'
import { findRole } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

export const deleteRole: IamHandler<'DeleteRole'> = async (input, context) => {
  const { id } = await findRole(context, 'iam:DeleteRole', input.RoleName)
  const outcome = await context.store.identities.roles.delete(id)
  if (outcome === 'not-found') throw principalNotFound('role', input.RoleName)
  if (outcome !== 'deleted') throw hasDependents(outcome)
  return {}
}
