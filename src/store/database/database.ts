import type { Generated, Kysely } from 'kysely'

/** What the resource stores need of a database engine. Their SQL is the same for all of them. */
export interface Database {
  /** Builds queries, and runs those that only read. */
  readonly queries: Kysely<Schema>
  /** Runs the statements as one atomic unit; resolves when it is on disk. Units that meet share a transaction. */
  commit(statements: readonly Statement[]): Promise<readonly StatementResult[]>
  /** Finishes what was begun. */
  close(): Promise<void>
}

/** A compiled query of Kysely's is one. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** Rows inserted, updated or deleted. */
  readonly changes: number
}

export interface Schema {
  function_versions: FunctionVersionRow
  events: EventRow
  principals: PrincipalRow
  access_keys: AccessKeyRow
  inline_policies: InlinePolicyRow
}

export interface FunctionVersionRow {
  account: string
  function_name: string
  /** 0 is `$LATEST`. */
  version_number: number
  revision_id: string
  code_sha256: string
  /** 1 while the creation or an update of the version is under way, or else 0. */
  unsettled: number
  /** JSON of the whole FunctionVersion. */
  record: string
}

export interface EventRow {
  id: Generated<number>
  due_ms: number
  account: string
  function_name: string
  qualifier: string | null
  request_id: string
  trace_header: string
  accepted_ms: number
  attempts: number
  payload: Uint8Array
}

export interface PrincipalRow {
  account: string
  kind: string
  /** The name in lower case. */
  name_key: string
  path: string
  /** JSON of the User or Role. */
  record: string
}

export interface AccessKeyRow {
  id: string
  account: string
  owner_kind: string
  owner_key: string
  /** JSON of the AccessKey. */
  record: string
}

export interface InlinePolicyRow {
  account: string
  owner_kind: string
  owner_key: string
  name: string
  /** JSON of the InlinePolicy. */
  record: string
}
