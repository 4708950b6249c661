import { ACCOUNT_CONCURRENCY, type FunctionVersion, throttled } from '#resources'
import type { ConcurrencyStore } from '#store'

/** Counts the invocations that run, and lets no more in than their function or the account may have. */
export class Admission {
  readonly #concurrency: Pick<ConcurrencyStore, 'reserved' | 'totalReserved'>
  readonly #byFunction = new Map<string, number>()
  /** By account: those of functions that had reserved nothing when they began. */
  readonly #unreserved = new Map<string, number>()

  constructor(concurrency: Pick<ConcurrencyStore, 'reserved' | 'totalReserved'>) {
    this.#concurrency = concurrency
  }

  /** Throws TooManyRequestsException, or returns what to call when the invocation has ended. */
  admit({ account, functionName, functionId }: FunctionVersion): () => void {
    const reserved = this.#concurrency.reserved(account, functionName)
    if (reserved !== undefined) {
      // Those that began before the reservation count as well.
      if (countOf(this.#byFunction, functionId) >= reserved)
        throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded')
      return enter(this.#byFunction, functionId)
    }
    const unreserved = ACCOUNT_CONCURRENCY - this.#concurrency.totalReserved(account)
    if (countOf(this.#unreserved, account) >= unreserved) throw throttled('ConcurrentInvocationLimitExceeded')
    const leaveFunction = enter(this.#byFunction, functionId)
    const leaveAccount = enter(this.#unreserved, account)
    return () => {
      leaveFunction()
      leaveAccount()
    }
  }
}

const countOf = (counts: ReadonlyMap<string, number>, key: string): number => counts.get(key) ?? 0

/** Counts one more, and one less when the result is called. */
function enter(counts: Map<string, number>, key: string): () => void {
  counts.set(key, countOf(counts, key) + 1)
  return () => {
    const left = countOf(counts, key) - 1
    if (left > 0) counts.set(key, left)
    else counts.delete(key)
  }
}
