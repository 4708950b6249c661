import type { Group, Role, User } from '#resources'
import type { IdentityStore } from '../identity-store.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { openAccessKeys } from './access-keys.ts'
import type { Database } from './database.ts'
import { createGrants } from './grants.ts'
import { createGroupMembers } from './group-members.ts'
import { createInlinePolicies } from './inline-policies.ts'
import { createLastUses } from './last-uses.ts'
import { createManagedPolicies } from './managed-policies.ts'
import { createPolicyAttachments } from './policy-attachments.ts'
import { createPrincipals } from './principals.ts'

/** Access keys live in memory; the rest is read when asked for, and again when the generation has changed. */
export async function openIdentityStore(database: Database, secrets: Secrets): Promise<IdentityStore> {
  let generation = 0
  const counted: Database = {
    ...database,
    async commit(statements) {
      const results = await database.commit(statements)
      generation++
      return results
    },
  }
  return {
    get generation() {
      return generation
    },
    users: createPrincipals<User>(counted, 'user'),
    groups: createPrincipals<Group>(counted, 'group'),
    roles: createPrincipals<Role>(counted, 'role'),
    members: createGroupMembers(counted),
    accessKeys: await openAccessKeys(counted, secrets),
    inlinePolicies: createInlinePolicies(counted),
    managedPolicies: createManagedPolicies(counted),
    attachments: createPolicyAttachments(counted),
    // That a key was used changes nothing that is derived from it.
    lastUses: createLastUses(database),
    ...createGrants(database),
  }
}
