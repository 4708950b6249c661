import { roleNotFound } from './errors.ts'
import { findRole } from './find-role.ts'
import type { IamHandler } from './handler.ts'
import { checkTrustPolicy } from './trust-policy.ts'

export const updateAssumeRolePolicy: IamHandler<'UpdateAssumeRolePolicy'> = async (input, context) => {
  const { account, name } = await findRole(context, 'iam:UpdateAssumeRolePolicy', input.RoleName)
  checkTrustPolicy(input.PolicyDocument)
  const isUpdated = await context.store.identities.updateTrustPolicy(account, name, input.PolicyDocument)
  if (!isUpdated) throw roleNotFound(input.RoleName)
  return {}
}
