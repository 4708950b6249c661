import type { AccessKey, InlinePolicy, Page, Role, User } from '#resources'

export type OwnerKind = InlinePolicy['ownerKind']

export interface PageOptions {
  readonly limit: number
  /** The `next` of the page before. */
  readonly after?: string | undefined
}

/**
 * Users, roles, access keys and inline policies. Names of users and roles are told apart without regard to case, in
 * look-ups too, as IAM does; the record keeps the spelling it was created with. Lists are in order of name and throw
 * InvalidCursor.
 */
export interface IdentityStore {
  /** False when the account has a user of this name. */
  createUser(user: User): Promise<boolean>
  findUser(account: string, name: string): Promise<User | undefined>
  listUsers(account: string, options: PageOptions & { readonly pathPrefix?: string | undefined }): Promise<Page<User>>
  /** A user with access keys or inline policies stays. */
  deleteUser(account: string, name: string): Promise<'deleted' | 'not-found' | 'has-dependents'>

  /** 'limit-exceeded' when the user already has `maximum` keys. */
  createAccessKey(key: AccessKey, maximum: number): Promise<'created' | 'not-found' | 'limit-exceeded'>
  /** From memory, for the request path. */
  peekAccessKey(id: string): AccessKey | undefined
  listAccessKeys(account: string, userName: string): readonly AccessKey[]
  /** False when the user has no such key. */
  updateAccessKey(account: string, userName: string, id: string, status: AccessKey['status']): Promise<boolean>
  /** False when the user has no such key. */
  deleteAccessKey(account: string, userName: string, id: string): Promise<boolean>

  /** False when the account has a role of this name. */
  createRole(role: Role): Promise<boolean>
  findRole(account: string, name: string): Promise<Role | undefined>
  listRoles(account: string, options: PageOptions & { readonly pathPrefix?: string | undefined }): Promise<Page<Role>>
  /** A role with inline policies stays. */
  deleteRole(account: string, name: string): Promise<'deleted' | 'not-found' | 'has-dependents'>
  /** False when there is no such role. */
  updateTrustPolicy(account: string, roleName: string, trustPolicy: string): Promise<boolean>

  /** Creates or replaces; false when the owner does not exist. */
  putPolicy(policy: InlinePolicy): Promise<boolean>
  /** From memory; the same array until one of the owner's policies changes. In order of policy name. */
  policiesOf(account: string, ownerKind: OwnerKind, ownerName: string): readonly InlinePolicy[]
  /** False when the owner has no such policy. */
  deletePolicy(account: string, ownerKind: OwnerKind, ownerName: string, policyName: string): Promise<boolean>
}
