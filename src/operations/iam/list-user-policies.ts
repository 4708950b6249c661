import { findUser } from './find-user.ts'
import type { IamHandler } from './handler.ts'
import { pageMembers, pageOf } from './page.ts'

export const listUserPolicies: IamHandler<'ListUserPolicies'> = async (input, context) => {
  const { account, name } = await findUser(context, 'iam:ListUserPolicies', input.UserName)
  const page = pageOf(context.store.identities.policiesOf(account, 'user', name), input, (policy) => policy.name)
  return { PolicyNames: page.items.map((policy) => policy.name), ...pageMembers(page) }
}
