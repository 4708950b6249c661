import type { CodeSigningConfig, Page } from '#resources'
import type { PageOptions } from './identity-store.ts'

/** Code signing configurations, keyed by account and id, and which functions use them. */
export interface CodeSigningStore {
  find(account: string, id: string): Promise<CodeSigningConfig | undefined>

  create(config: CodeSigningConfig): Promise<void>

  /** Replaces the configuration whose stored revision is `expectedRevisionId`; false when another writer came first. */
  update(config: CodeSigningConfig, expectedRevisionId: string): Promise<boolean>

  /** `in-use`: functions use it, so it stays. */
  delete(account: string, id: string): Promise<'deleted' | 'missing' | 'in-use'>

  /** In order of id. Throws InvalidCursor. */
  list(account: string, options: PageOptions): Promise<Page<CodeSigningConfig>>

  /** The configuration that a function uses. */
  findFor(account: string, functionName: string): Promise<CodeSigningConfig | undefined>

  assign(account: string, functionName: string, id: string): Promise<'assigned' | 'no-config' | 'no-function'>

  /** Also when there is nothing to release. */
  release(account: string, functionName: string): Promise<void>

  /** Names of the functions that use it, in order. Throws InvalidCursor. */
  listFunctions(account: string, id: string, options: PageOptions): Promise<Page<string>>
}
