/** Reserved concurrency of functions. All of it is in memory: every invocation asks. */
export interface ConcurrencyStore {
  /** Undefined when the function has none of its own. */
  reserved(account: string, functionName: string): number | undefined

  /** The sum of what the functions of an account have reserved. */
  totalReserved(account: string): number

  /** Reserves for a function that exists, unless the account's sum would become larger than `maximumTotal`. */
  reserve(
    account: string,
    functionName: string,
    executions: number,
    maximumTotal: number,
  ): Promise<'reserved' | 'no-function' | 'too-much'>

  release(account: string, functionName: string): Promise<void>
}
