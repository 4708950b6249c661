import { describeAccessKey } from './describe.ts'
import { findUser, userNameOf } from './find-user.ts'
import type { IamHandler } from './handler.ts'
import { pageMembers, pageOf } from './page.ts'

export const listAccessKeys: IamHandler<'ListAccessKeys'> = async (input, context) => {
  const { account, name } = await findUser(context, 'iam:ListAccessKeys', userNameOf(context.caller, input))
  const page = pageOf(context.store.identities.listAccessKeys(account, name), input, ({ id }) => id)
  return { AccessKeyMetadata: page.items.map(describeAccessKey), ...pageMembers(page) }
}
