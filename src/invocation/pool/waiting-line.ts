import type { Invocation, InvocationResult } from '#environment'

interface Waiter {
  readonly invocation: Invocation
  readonly sinceMs: number
  readonly resolve: (result: Promise<InvocationResult>) => void
  readonly reject: (cause: unknown) => void
}

/** Invocations that wait for an environment of their pool; who has waited for longest is served first. */
export class WaitingLine {
  readonly #waiters: Waiter[] = []

  get length(): number {
    return this.#waiters.length
  }

  join(invocation: Invocation, sinceMs: number): Promise<InvocationResult> {
    const { promise, resolve, reject } = Promise.withResolvers<InvocationResult>()
    this.#waiters.push({ invocation, sinceMs, resolve, reject })
    return promise
  }

  /** False when nobody waits. */
  serve(run: (invocation: Invocation) => Promise<InvocationResult>): boolean {
    const next = this.#waiters.shift()
    next?.resolve(run(next.invocation))
    return next !== undefined
  }

  /** Whoever waits longest hears of it, the others may still be served. */
  failFirst(cause: unknown): void {
    this.#waiters.shift()?.reject(cause)
  }

  /** Gives up on those that have waited since before `sinceMs`. */
  abandon(sinceMs: number, cause: () => Error): void {
    while (this.#waiters[0] && this.#waiters[0].sinceMs < sinceMs) this.failFirst(cause())
  }
}
