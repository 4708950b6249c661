import { ACCOUNT_CONCURRENCY, type FunctionVersion, throttled } from '#resources'
import type { ConcurrencyStore } from '#store'

type Concurrency = Pick<ConcurrencyStore, 'reserved' | 'provisioned' | 'totalReserved'>

/** Counts the invocations that run, and lets no more in than their version, function or account may have. */
export class Admission {
  readonly #concurrency: Concurrency
  readonly #provisionedFor: (version: FunctionVersion) => number
  /** Those that take what is provisioned for their version. They count nowhere else. */
  readonly #byVersion = new Map<string, number>()
  readonly #byFunction = new Map<string, number>()
  /** By account: those of functions that had reserved nothing when they began. */
  readonly #unreserved = new Map<string, number>()

  constructor(concurrency: Concurrency, provisionedFor: (version: FunctionVersion) => number = () => 0) {
    this.#concurrency = concurrency
    this.#provisionedFor = provisionedFor
  }

  /** Throws TooManyRequestsException, or returns what to call when the invocation has ended. */
  admit(version: FunctionVersion): () => void {
    const { account, functionName, functionId } = version
    const provisioned = this.#provisionedFor(version)
    const key = provisioned > 0 ? `${functionId}:${version.version}` : ''
    if (provisioned > countOf(this.#byVersion, key)) return enter(this.#byVersion, key)
    const reserved = this.#concurrency.reserved(account, functionName)
    if (reserved !== undefined) {
      // Those that began before the reservation count as well; what is provisioned is for its versions alone.
      const shared = reserved - this.#concurrency.provisioned(account, functionName)
      if (countOf(this.#byFunction, functionId) >= shared)
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
