import { roleNotFound } from './errors.ts'
import { findRole } from './find-role.ts'
import type { IamHandler } from './handler.ts'
import { putPolicy } from './inline-policies.ts'

export const putRolePolicy: IamHandler<'PutRolePolicy'> = async (input, context) => {
  const role = await findRole(context, 'iam:PutRolePolicy', input.RoleName)
  const isPut = await putPolicy(context.store, {
    account: role.account,
    ownerKind: 'role',
    ownerName: role.name,
    name: input.PolicyName,
    document: input.PolicyDocument,
  })
  if (!isPut) throw roleNotFound(input.RoleName)
  return {}
}
