import { boundaryKey, findUser } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'
import { deleteBoundary, putBoundary } from '../permissions-boundary.ts'

export const putUserPermissionsBoundary: IamHandler<'PutUserPermissionsBoundary'> = async (input, context) => {
  const arn = input.PermissionsBoundary
  const user = await findUser(context, 'iam:PutUserPermissionsBoundary', input.UserName, boundaryKey(arn))
  return putBoundary(context, 'user', context.store.identities.users, user, arn)
}

export const deleteUserPermissionsBoundary: IamHandler<'DeleteUserPermissionsBoundary'> = async (input, context) => {
  const user = await findUser(context, 'iam:DeleteUserPermissionsBoundary', input.UserName)
  return deleteBoundary(context.store.identities.users, user)
}
