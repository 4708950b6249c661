import type { Role, User } from '#resources'
import type { IdentityStore } from '../identity-store.ts'
import { openAccessKeys } from './access-keys.ts'
import type { Database } from './database.ts'
import { openInlinePolicies } from './inline-policies.ts'
import { createPrincipals } from './principals.ts'

/** Users and roles are read when asked for; access keys and policies, which every request needs, live in memory. */
export async function openIdentityStore(database: Database): Promise<IdentityStore> {
  const users = createPrincipals<User>(database, 'user')
  const roles = createPrincipals<Role>(database, 'role')
  const keys = await openAccessKeys(database)
  const policies = await openInlinePolicies(database)
  return {
    createUser: users.create,
    findUser: users.find,
    listUsers: users.list,
    deleteUser: users.delete,

    createAccessKey: keys.create,
    peekAccessKey: keys.peek,
    listAccessKeys: keys.list,
    updateAccessKey: (account, userName, id, status) => keys.update(account, userName, id, { status }),
    deleteAccessKey: keys.delete,

    createRole: roles.create,
    findRole: roles.find,
    listRoles: roles.list,
    deleteRole: roles.delete,
    updateTrustPolicy: (account, roleName, trustPolicy) => roles.update(account, roleName, { trustPolicy }),

    putPolicy: policies.put,
    policiesOf: policies.of,
    deletePolicy: policies.delete,
  }
}
