import type { Role } from '#resources'
import { roleArn } from './arns.ts'
import { roleNotFound } from './errors.ts'
import type { IamContext } from './handler.ts'

/** The role of this name, if the caller may do `action` to it; as for users, policies are asked about the found role's ARN. */
export async function findRole(context: IamContext, action: `iam:${string}`, name: string): Promise<Role> {
  const { authorize, caller, place, store } = context
  const role = await store.identities.findRole(caller.account, name)
  authorize(action, roleArn(place.partition, role ?? { account: caller.account, path: '/', name }))
  if (!role) throw roleNotFound(name)
  return role
}
