import { findRole } from './find-role.ts'
import type { IamHandler } from './handler.ts'
import { pageMembers, pageOf } from './page.ts'

export const listRolePolicies: IamHandler<'ListRolePolicies'> = async (input, context) => {
  const { account, name } = await findRole(context, 'iam:ListRolePolicies', input.RoleName)
  const page = pageOf(context.store.identities.policiesOf(account, 'role', name), input, (policy) => policy.name)
  return { PolicyNames: page.items.map((policy) => policy.name), ...pageMembers(page) }
}
