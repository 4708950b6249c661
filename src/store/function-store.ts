import type { FunctionVersion, Page } from '#resources'

/** Function versions, keyed by account, function name and version. */
export interface FunctionStore {
  find(account: string, functionName: string, version: string): Promise<FunctionVersion | undefined>

  /** The warm path: what memory knows, at once. 'unknown' means: ask `find`, which then remembers. */
  peek(account: string, functionName: string, version: string): FunctionVersion | undefined | 'unknown'

  /** False when this version of the function already exists. */
  create(record: FunctionVersion): Promise<boolean>

  /** Replaces the record whose stored revision is `expectedRevisionId`; false when another writer came first. */
  update(record: FunctionVersion, expectedRevisionId: string): Promise<boolean>

  /** Deletes one version, or all when none is named; false when there was nothing to delete. */
  delete(account: string, functionName: string, version?: string): Promise<boolean>

  /** In order of name, then `$LATEST`, then ascending version numbers. Throws InvalidCursor. */
  list(account: string, options: ListFunctionsOptions): Promise<Page<FunctionVersion>>

  /** Versions whose creation or update has not ended: work to take up again after a crash. */
  listUnsettled(): Promise<readonly FunctionVersion[]>

  /** The `sha256` of every code package that some version runs. */
  usedCode(): Promise<ReadonlySet<string>>
}

export interface ListFunctionsOptions {
  readonly limit: number
  /** The `next` of the page before. */
  readonly after?: string | undefined
  /** Every version, or only `$LATEST`. */
  readonly allVersions: boolean
}
