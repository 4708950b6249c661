import { describeAccessKey } from '../describe.ts'
import { findUser, userNameOf } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'
import { pageMembers, pageOf } from '../page.ts'

export const listAccessKeys: IamHandler<'ListAccessKeys'> = async (input, context) => {
  const user = await findUser(context, 'iam:ListAccessKeys', userNameOf(context.caller, input))
  const page = pageOf(context.store.identities.accessKeys.list(user.id), input, ({ id }) => id)
  return { AccessKeyMetadata: page.items.map((key) => describeAccessKey(user.name, key)), ...pageMembers(page) }
}
