import type { Alias, Page } from '#resources'

/** Aliases, keyed by account, function name and name. The versions that a stored alias points to exist. */
export interface AliasStore {
  find(account: string, functionName: string, name: string): Promise<Alias | undefined>

  /** The warm path: what memory knows, at once. 'unknown' means: ask `find`, which then remembers. */
  peek(account: string, functionName: string, name: string): Alias | 'unknown'

  create(alias: Alias): Promise<AliasWrite>

  /** Replaces the alias whose stored revision is `expectedRevisionId`. */
  update(alias: Alias, expectedRevisionId: string): Promise<AliasWrite>

  /** False when there was nothing to delete. */
  delete(account: string, functionName: string, name: string): Promise<boolean>

  /** In order of name. Throws InvalidCursor. */
  list(account: string, functionName: string, options: ListAliasesOptions): Promise<Page<Alias>>
}

/** `in-the-way`: an alias of this name exists, or another writer changed it first. Otherwise nothing is done either. */
export type AliasWrite = 'written' | 'in-the-way' | { readonly missingVersion: string }

export interface ListAliasesOptions {
  readonly limit: number
  /** The `next` of the page before. */
  readonly after?: string | undefined
  /** Only aliases that point to this version, be it with a weight. */
  readonly version?: string | undefined
}
