import type { CapacityProvider, Page } from '#resources'
import type { PageOptions } from './identity-store.ts'

/** Capacity providers, keyed by account and name. All are in memory: an account has few, and starts ask them. */
export interface CapacityProviderStore {
  get(account: string, name: string): CapacityProvider | undefined

  /** `too-many`: the account has `maximum` already. */
  create(provider: CapacityProvider, maximum: number): Promise<'created' | 'exists' | 'too-many'>

  /** Replaces the provider whose stored revision is `expectedRevisionId`; false when another writer came first. */
  update(provider: CapacityProvider, expectedRevisionId: string): Promise<boolean>

  /** `in-use`: function versions use it, so it stays. */
  delete(account: string, name: string): Promise<'deleted' | 'missing' | 'in-use'>

  /** In order of name. Throws InvalidCursor. */
  list(account: string, options: PageOptions): Page<CapacityProvider>
}
