import type { Generated, Kysely } from 'kysely'

/** What the resource stores need of a database engine. Their SQL is the same for all of them. */
export interface Database {
  /** Builds queries, and runs those that only read. */
  readonly queries: Kysely<Schema>
  /**
   * Runs the statements as one atomic unit; resolves when it is on disk. Units that meet share a transaction. Rejects
   * with RequirementUnmet when a required statement touches no row.
   */
  commit(statements: readonly Statement[]): Promise<readonly StatementResult[]>
  /** Finishes what was begun. */
  close(): Promise<void>
}

/** A compiled query of Kysely's is one. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** The whole unit is undone when this statement changes, or finds, no row. */
  readonly required?: boolean
}

export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** Rows inserted, updated or deleted; of a statement that returns rows, their number. */
  readonly changes: number
}

/** What belongs to a function and goes with it, in the same commit. */
export interface Belongings {
  deletion(account: string, functionName: string): Statement
  /** The commit is on disk; `result` is that of the deletion. */
  deleted(account: string, functionName: string, result: StatementResult): void
}

/** What belongs to a version or an alias and goes with it, in the same commit, after the row itself. */
export interface QualifierBelongings {
  deletionAt(account: string, functionName: string, qualifier: string): Statement
  /** The commit is on disk, and the version or alias is gone. */
  deletedAt(account: string, functionName: string, qualifier: string): void
}

export interface Schema {
  function_versions: FunctionVersionRow
  aliases: AliasRow
  reserved_concurrency: ReservedConcurrencyRow
  layers: LayerRow
  layer_versions: LayerVersionRow
  function_settings: FunctionSettingRow
  code_signing_configs: CodeSigningConfigRow
  capacity_providers: CapacityProviderRow
  function_code_signing: FunctionCodeSigningRow
  events: EventRow
  outbox: OutboxRow
  failed_events: FailedEventRow
  principals: PrincipalRow
  access_keys: AccessKeyRow
  inline_policies: InlinePolicyRow
  group_members: GroupMemberRow
  managed_policies: ManagedPolicyRow
  policy_versions: PolicyVersionRow
  policy_attachments: PolicyAttachmentRow
  last_uses: LastUseRow
}

export interface FunctionVersionRow {
  account: string
  function_name: string
  /** 0 is `$LATEST`. */
  version_number: number
  revision_id: string
  code_sha256: string
  /** Bytes of the zip. */
  code_size: number
  /** 1 while the creation or an update of the version is under way, or else 0. */
  unsettled: number
  /** Of its layers in their order, with blanks between them. */
  layers_sha256: string
  /** The name of the one that it runs on, if it runs on managed instances. */
  capacity_provider: string | null
  /** JSON of the whole FunctionVersion. */
  record: string
}

export interface AliasRow {
  account: string
  function_name: string
  name: string
  revision_id: string
  version_number: number
  /** The additional version, if there is one. */
  weighted_number: number | null
  /** JSON of the Alias. */
  record: string
}

export interface ReservedConcurrencyRow {
  account: string
  function_name: string
  executions: number
}

export interface LayerRow {
  account: string
  layer_name: string
  last_version: number
}

export interface LayerVersionRow {
  account: string
  layer_name: string
  version_number: number
  /** ` a b `: a blank on each side of every value. */
  runtimes: string
  architectures: string
  code_sha256: string
  /** Bytes of the zip. */
  code_size: number
  /** JSON of the LayerVersion without its number. */
  record: string
  /** JSON as it is shown. */
  policy: string | null
  policy_revision: string | null
}

export interface FunctionSettingRow {
  account: string
  function_name: string
  kind: string
  qualifier: string
  /** What provisioned concurrency takes; 0 for the other kinds. */
  executions: number
  /** JSON of the setting. */
  record: string
}

export interface CodeSigningConfigRow {
  account: string
  id: string
  revision_id: string
  /** JSON of the CodeSigningConfig. */
  record: string
}

export interface CapacityProviderRow {
  account: string
  name: string
  revision_id: string
  /** JSON of the CapacityProvider. */
  record: string
}

export interface FunctionCodeSigningRow {
  account: string
  function_name: string
  config_id: string
}

export interface EventRow {
  id: Generated<number>
  due_ms: number
  account: string
  function_name: string
  /** Empty when the event was addressed without one. */
  qualifier: string
  request_id: string
  trace_header: string
  accepted_ms: number
  attempts: number
  payload: Uint8Array
  /** Of the last attempt that ended in a function error, with what it answered. */
  executed_version: string | null
  answer: Uint8Array | null
}

export interface OutboxRow {
  id: Generated<number>
  target: string
  role: string
  due_ms: number
  tries: number
  /** JSON of the rest of the OutboxMessage. */
  record: string
  payload: Uint8Array
  answer: Uint8Array | null
}

export interface FailedEventRow {
  id: Generated<number>
  account: string
  function_name: string
  ended_ms: number
  /** Of payload and answer. */
  size_bytes: number
  /** JSON of the rest of the FailedEvent. */
  record: string
  payload: Uint8Array
  answer: Uint8Array | null
}

export interface PrincipalRow {
  account: string
  /** A PrincipalKind. */
  kind: string
  /** The name in lower case. */
  name_key: string
  id: string
  path: string
  boundary_arn: string | null
  /** JSON of the User, Group or Role. */
  record: string
}

export interface AccessKeyRow {
  id: string
  owner_id: string
  /** JSON of the AccessKey, with a sealed secret. */
  record: string
}

export interface InlinePolicyRow {
  owner_id: string
  name: string
  document: string
}

export interface GroupMemberRow {
  group_id: string
  user_id: string
}

export interface ManagedPolicyRow {
  arn: string
  account: string
  name_key: string
  path: string
  default_version: number
  /** The number of the version that was added last, be it deleted since. */
  latest_version: number
  updated_ms: number
  /** JSON of the ManagedPolicy, without what is in columns and changes. */
  record: string
}

export interface PolicyVersionRow {
  policy_arn: string
  number: number
  document: string
  created_ms: number
}

export interface PolicyAttachmentRow {
  owner_id: string
  policy_arn: string
}

export interface LastUseRow {
  id: string
  used_ms: number
  service: string
  region: string
}
