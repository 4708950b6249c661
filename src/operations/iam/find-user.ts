import type { Caller } from '#auth'
import type { User } from '#resources'
import { userArn } from './arns.ts'
import { userNameRequired, userNotFound } from './errors.ts'
import type { IamContext } from './handler.ts'

/**
 * The user of this name, if the caller may do `action` to it. Policies are asked about the ARN of the user that is
 * found, with its path and its spelling: only the record has them. Somebody who may not is told so whether or not there
 * is such a user.
 */
export async function findUser(context: IamContext, action: `iam:${string}`, name: string): Promise<User> {
  const { authorize, caller, place, store } = context
  const user = await store.identities.findUser(caller.account, name)
  authorize(action, userArn(place.partition, user ?? { account: caller.account, path: '/', name }))
  if (!user) throw userNotFound(name)
  return user
}

/** The user that is meant when the request may leave the name out: whoever asks, if that is a user. */
export function userNameOf({ kind, userName }: Caller, input: { readonly UserName?: string | undefined }): string {
  const own = kind === 'user' ? userName : undefined
  const name = input.UserName ?? own
  if (name === undefined) throw userNameRequired()
  return name
}
