import { hasDependents, roleNotFound } from './errors.ts'
import { findRole } from './find-role.ts'
import type { IamHandler } from './handler.ts'

export const deleteRole: IamHandler<'DeleteRole'> = async (input, context) => {
  const { account, name } = await findRole(context, 'iam:DeleteRole', input.RoleName)
  const outcome = await context.store.identities.deleteRole(account, name)
  if (outcome === 'not-found') throw roleNotFound(input.RoleName)
  if (outcome === 'has-dependents') throw hasDependents('policies')
  return {}
}
