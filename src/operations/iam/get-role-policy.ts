import { findRole } from './find-role.ts'
import type { IamHandler } from './handler.ts'
import { findPolicy } from './inline-policies.ts'
import { encodeDocument } from './policy-document.ts'

export const getRolePolicy: IamHandler<'GetRolePolicy'> = async (input, context) => {
  const role = await findRole(context, 'iam:GetRolePolicy', input.RoleName)
  const policy = findPolicy(context.store, 'role', role, input.PolicyName)
  return { RoleName: role.name, PolicyName: policy.name, PolicyDocument: encodeDocument(policy.document) }
}
