import type { FunctionVersion, Page } from '#resources'

/** Function versions, keyed by account, function name and version. */
export interface FunctionStore {
  find(account: string, functionName: string, version: string): Promise<FunctionVersion | undefined>

  /** The warm path: what memory knows, at once. 'unknown' means: ask `find`, which then remembers. */
  peek(account: string, functionName: string, version: string): FunctionVersion | undefined | 'unknown'

  /**
   * A new function, with its first version if that is published at once, and the code signing configuration that it
   * uses. False when it already exists, or the configuration does not. Throws like `update`.
   */
  create(record: FunctionVersion, published?: FunctionVersion, codeSigningConfigId?: string): Promise<boolean>

  /**
   * Replaces the record whose stored revision is `expectedRevisionId`, and adds the version that is published with the
   * change, or replaces that of the revision `replacedRevisionId` with it; false, and nothing done, when another writer
   * came first. What adds code, as every publication does, may throw CodeStorageFull, and what runs on a capacity
   * provider NoCapacityProvider and CapacityProviderFull.
   */
  update(
    record: FunctionVersion,
    expectedRevisionId: string,
    published?: FunctionVersion,
    addsCode?: boolean,
    replacedRevisionId?: string,
  ): Promise<boolean>

  /** Deletes the function with everything that belongs to it; false when there was nothing to delete. */
  delete(account: string, functionName: string): Promise<boolean>

  /** Deletes one version, unless aliases point to it: their names. */
  deleteVersion(account: string, functionName: string, version: string): Promise<readonly string[]>

  /** In order of name, then `$LATEST`, then ascending version numbers. Throws InvalidCursor. */
  list(account: string, options: ListFunctionsOptions): Promise<Page<FunctionVersion>>

  /** Versions whose creation or update has not ended: work to take up again after a crash. */
  listUnsettled(): Promise<readonly FunctionVersion[]>

  /** Versions of all accounts that run on managed instances, or are edited for it: `$LATEST` is among them. */
  listManaged(): Promise<readonly FunctionVersion[]>

  /** The `sha256` of every package that some version runs, or runs until its update has settled: code, layers, merged layers. */
  usedCode(): Promise<ReadonlySet<string>>

  /** The digest of every container image that some version runs. */
  usedImages(): Promise<ReadonlySet<string>>

  usage(account: string): Promise<AccountUsage>
}

export interface ListFunctionsOptions {
  readonly limit: number
  /** The `next` of the page before. */
  readonly after?: string | undefined
  /** Every version, or only `$LATEST`. */
  readonly allVersions: boolean
  /** Only this function. */
  readonly functionName?: string
  /** Only those that run on the capacity provider of this name. */
  readonly capacityProvider?: string
}

export interface AccountUsage {
  readonly functions: number
  /** Of every version, also of those that share a package; without layers. */
  readonly codeBytes: number
}
