import type {
  AccessKey,
  Group,
  InlinePolicy,
  LastUse,
  ManagedPolicy,
  Page,
  PolicyUsage,
  PolicyVersion,
  Principal,
  PrincipalKind,
  Role,
  User,
} from '#resources'

export interface PageOptions {
  readonly limit: number
  /** The `next` of the page before. */
  readonly after?: string | undefined
}

export interface PathPageOptions extends PageOptions {
  readonly pathPrefix?: string | undefined
}

/**
 * Users, groups, roles and everything that says what they may do. Names are told apart without regard to case, in
 * look-ups too, as IAM does; the record keeps the spelling it was created with. What belongs to somebody is kept under
 * the owner's unique id. Lists are in order of name and throw InvalidCursor.
 */
export interface IdentityStore {
  /** Grows with every change: whatever was derived from identities holds while it stays the same. */
  readonly generation: number
  readonly users: PrincipalStore<User>
  readonly groups: PrincipalStore<Group>
  readonly roles: PrincipalStore<Role>
  readonly members: GroupMemberStore
  readonly accessKeys: AccessKeyStore
  readonly inlinePolicies: InlinePolicyStore
  readonly managedPolicies: ManagedPolicyStore
  readonly attachments: AttachmentStore
  readonly lastUses: LastUseStore

  /** All that is granted to a user, a group or a role, by itself and by its groups, and what limits it. */
  grantsOf(principal: Principal & { readonly permissionsBoundary?: string | undefined }): Promise<Grants>
  /** The documents of managed policies in their default versions; those that do not exist are left out. */
  findManaged(arns: readonly string[]): Promise<readonly Grant[]>
}

export interface PrincipalStore<Record extends Principal> {
  create(record: Record, maximum: number): Promise<'created' | 'exists' | 'limit-exceeded' | 'no-such-policy'>
  find(account: string, name: string): Promise<Record | undefined>
  findById(id: string): Promise<Record | undefined>
  list(account: string, options: PathPageOptions): Promise<Page<Record>>
  /**
   * Replaces the record by what `change` makes of it, which may be called again when another writer comes first.
   * `exists` when the new name is taken, `no-such-policy` when the new boundary does not exist.
   */
  change(id: string, change: (record: Record) => Record): Promise<'changed' | 'not-found' | 'exists' | 'no-such-policy'>
  /** Deletes what nothing depends on, or tells what does. */
  delete(id: string): Promise<'deleted' | 'not-found' | Dependent>
  count(account: string): Promise<number>
}

/** What must be gone before a principal is deleted. */
export type Dependent = 'membership' | 'access-key' | 'attached-policy' | 'inline-policy'

export interface GroupMemberStore {
  /** Being a member already is no error. */
  add(groupId: string, userId: string, maximum: number): Promise<'added' | 'not-found' | 'limit-exceeded'>
  /** False when the user was no member. */
  remove(groupId: string, userId: string): Promise<boolean>
  usersOf(groupId: string): Promise<readonly User[]>
  groupsOf(userId: string): Promise<readonly Group[]>
}

/** All of them are in memory: every request asks. */
export interface AccessKeyStore {
  create(key: AccessKey, maximum: number): Promise<'created' | 'not-found' | 'limit-exceeded'>
  peek(id: string): AccessKey | undefined
  list(userId: string): readonly AccessKey[]
  /** False when the user has no such key. */
  update(userId: string, id: string, status: AccessKey['status']): Promise<boolean>
  delete(userId: string, id: string): Promise<boolean>
}

export interface InlinePolicyStore {
  /** Creates or replaces, if the sizes of all documents of the owner stay within the limit. */
  put(
    ownerId: string,
    policy: InlinePolicy,
    fits: (all: readonly InlinePolicy[]) => boolean,
  ): Promise<'put' | 'not-found' | 'too-large'>
  list(ownerId: string): Promise<readonly InlinePolicy[]>
  /** False when the owner has no such policy. */
  delete(ownerId: string, name: string): Promise<boolean>
}

/** The policies of accounts; those that AWS manages are not stored. */
export interface ManagedPolicyStore {
  create(policy: ManagedPolicy, document: string, maximum: number): Promise<'created' | 'exists' | 'limit-exceeded'>
  find(arn: string): Promise<ManagedPolicy | undefined>
  list(account: string, options: PathPageOptions): Promise<Page<ManagedPolicy>>
  /** False when there is no such policy. */
  change(arn: string, change: (policy: ManagedPolicy) => ManagedPolicy): Promise<boolean>
  delete(arn: string): Promise<'deleted' | 'not-found' | 'attached' | 'has-versions'>
  addVersion(
    arn: string,
    version: Omit<PolicyVersion, 'number'> & { readonly isDefault: boolean },
    maximum: number,
  ): Promise<PolicyVersion | 'not-found' | 'limit-exceeded'>
  /** Newest first. */
  listVersions(arn: string): Promise<readonly PolicyVersion[]>
  deleteVersion(arn: string, number: number): Promise<'deleted' | 'not-found' | 'is-default'>
  /** False when there is no such version. */
  setDefault(arn: string, number: number): Promise<boolean>
  /** By ARN, of all policies that an account uses, also those that AWS manages. */
  usage(account: string): Promise<ReadonlyMap<string, PolicyUsage>>
}

export interface AttachmentStore {
  /** Being attached already is no error. */
  attach(
    ownerId: string,
    arn: string,
    maximum: number,
  ): Promise<'attached' | 'not-found' | 'no-such-policy' | 'limit-exceeded'>
  /** False when it was not attached. */
  detach(ownerId: string, arn: string): Promise<boolean>
  /** ARNs, in order. */
  list(ownerId: string): Promise<readonly string[]>
  /** Whom the policy is attached to, or whom it limits. */
  entitiesOf(account: string, arn: string, usage: 'attachment' | 'boundary'): Promise<readonly Entity[]>
}

export interface Entity {
  readonly kind: PrincipalKind
  readonly principal: Principal
}

/** Of access keys and roles, by id. Written now and then, so a crash forgets the last minutes. */
export interface LastUseStore {
  /** For the request path: into memory only. */
  note(id: string, usedMs: number, service: string, region: string): void
  find(id: string): Promise<LastUse | undefined>
  flush(): Promise<void>
}

/** A policy and where it comes from. */
export interface Grant {
  readonly source: 'user' | 'group' | 'role' | 'user-managed' | 'aws-managed'
  /** The owner's name of an inline policy, or the ARN of a managed one. */
  readonly owner: string
  readonly policyName: string
  readonly document: string
}

export interface Grants {
  readonly policies: readonly Grant[]
  readonly boundary?: Grant
}
