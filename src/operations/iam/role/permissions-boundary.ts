import { boundaryKey, findRole } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'
import { deleteBoundary, putBoundary } from '../permissions-boundary.ts'

export const putRolePermissionsBoundary: IamHandler<'PutRolePermissionsBoundary'> = async (input, context) => {
  const arn = input.PermissionsBoundary
  const role = await findRole(context, 'iam:PutRolePermissionsBoundary', input.RoleName, boundaryKey(arn))
  return putBoundary(context, 'role', context.store.identities.roles, role, arn)
}

export const deleteRolePermissionsBoundary: IamHandler<'DeleteRolePermissionsBoundary'> = async (input, context) => {
  const role = await findRole(context, 'iam:DeleteRolePermissionsBoundary', input.RoleName)
  return deleteBoundary(context.store.identities.roles, role)
}
