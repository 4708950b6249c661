/**
 * Freezes environments a little after they became idle. One timer for all of them, and nothing to do on the way of
 * an invocation that follows soon: back-to-back invocations pay for neither freezing nor thawing.
 */
export interface IdleFreezer {
  /** To be called after each invocation; the environment stays listed until it has been looked at. */
  watch(environment: Freezable): void
  close(): void
}

export interface Freezable {
  /** When it became idle (`performance.now()`); undefined while it must not be frozen. */
  readonly idleSinceMs: number | undefined
  freeze(): void
}

const IDLE_MS = 10

export function createIdleFreezer(): IdleFreezer {
  const watched = new Set<Freezable>()
  let timer: NodeJS.Timeout | undefined

  function sweep(): void {
    timer = undefined
    const now = performance.now()
    for (const environment of watched) {
      const since = environment.idleSinceMs
      if (since !== undefined && now - since < IDLE_MS) continue
      watched.delete(environment)
      if (since !== undefined) environment.freeze()
    }
    if (watched.size > 0) arm()
  }

  function arm(): void {
    timer = setTimeout(sweep, IDLE_MS)
    timer.unref()
  }

  return {
    watch(environment) {
      watched.add(environment)
      if (timer === undefined) arm()
    },
    close() {
      clearTimeout(timer)
      watched.clear()
    },
  }
}
