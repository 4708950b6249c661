import type { Caller } from '#auth'
import {
  type Group,
  type Principal,
  type PrincipalKind,
  principalArn,
  type Role,
  type Tags,
  type User,
} from '#resources'
import type { PrincipalStore } from '#store'
import { principalNotFound, userNameRequired } from './errors.ts'
import type { IamContext } from './handler.ts'

type Action = `iam:${string}`
export type Keys = Readonly<Record<string, string | readonly string[]>>

export const findUser = (context: IamContext, action: Action, name: string, keys?: Keys): Promise<User> =>
  findPrincipal(context, 'user', context.store.identities.users, action, name, keys)

export const findGroup = (context: IamContext, action: Action, name: string, keys?: Keys): Promise<Group> =>
  findPrincipal(context, 'group', context.store.identities.groups, action, name, keys)

export const findRole = (context: IamContext, action: Action, name: string, keys?: Keys): Promise<Role> =>
  findPrincipal(context, 'role', context.store.identities.roles, action, name, keys)

interface Limited extends Principal {
  readonly tags?: Tags | undefined
  readonly permissionsBoundary?: string | undefined
}

/**
 * The principal of this name, if the caller may do `action` to it. Policies are asked about the ARN of the one that is
 * found, with its path and its spelling: only the record has them. Somebody who may not is told so whether or not there
 * is one.
 */
async function findPrincipal<Record extends Limited>(
  { authorize, caller, place }: IamContext,
  kind: PrincipalKind,
  store: PrincipalStore<Record>,
  action: Action,
  name: string,
  keys: Keys = {},
): Promise<Record> {
  const found = await store.find(caller.account, name)
  const named = found ?? { account: caller.account, path: '/', name }
  authorize(action, principalArn(place.partition, kind, named), { ...(found && keysOf(found)), ...keys })
  if (!found) throw principalNotFound(kind, name)
  return found
}

/** What policies may ask about a user or a role that something is done to. */
const keysOf = ({ tags, permissionsBoundary }: Limited): Keys => ({
  ...resourceTagKeys(tags),
  ...boundaryKey(permissionsBoundary),
})

export const resourceTagKeys = (tags: Tags | undefined): Keys =>
  Object.fromEntries(
    Object.entries(tags ?? {}).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`iam:ResourceTag/${key}`, value],
    ]),
  )

export const boundaryKey = (arn: string | undefined): Keys =>
  arn === undefined ? {} : { 'iam:PermissionsBoundary': arn }

/** The user that is meant when the request may leave the name out: whoever asks, if that is a user. */
export function userNameOf({ kind, userName }: Caller, input: { readonly UserName?: string | undefined }): string {
  const own = kind === 'user' ? userName : undefined
  const name = input.UserName ?? own
  if (name === undefined) throw userNameRequired()
  return name
}
