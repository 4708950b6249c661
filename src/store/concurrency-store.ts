import type { ProvisionedConcurrency } from '#resources'
import type { SettingStore } from './setting-store.ts'

/** Reserved and provisioned concurrency of functions. All of it is in memory: every invocation asks. */
export interface ConcurrencyStore {
  /** Undefined when the function has none of its own. */
  reserved(account: string, functionName: string): number | undefined

  /** The sum of what is kept ready for the versions of a function. */
  provisioned(account: string, functionName: string): number

  /** The sum of what the functions of an account have reserved, or provisioned where they have reserved nothing. */
  totalReserved(account: string): number

  /**
   * Reserves for a function that exists, unless the account's sum would become larger than `maximumTotal`, or what the
   * function has provisioned is more.
   */
  reserve(
    account: string,
    functionName: string,
    executions: number,
    maximumTotal: number,
  ): Promise<'reserved' | 'no-function' | 'too-much' | 'less-than-provisioned'>

  release(account: string, functionName: string): Promise<void>

  /** What is provisioned, for each version and alias. */
  readonly configs: Pick<SettingStore<ProvisionedConcurrency>, 'get' | 'delete' | 'list'> & {
    all(): readonly ProvisionedConcurrency[]
    of(account: string, functionName: string): readonly ProvisionedConcurrency[]
  }

  /** Provisions for a version or alias that exists, within the function's reservation or the account's sum. */
  provision(config: ProvisionedConcurrency, maximumTotal: number): Promise<ProvisionOutcome>
}

/** Otherwise than with `provisioned` nothing is done. */
export type ProvisionOutcome =
  | 'provisioned'
  | 'no-qualifier'
  /** For the version that the alias points to, or the other way round. */
  | 'provisioned-otherwise'
  | 'more-than-reserved'
  | 'too-much'
