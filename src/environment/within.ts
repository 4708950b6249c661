import { setTimeout as sleep } from 'node:timers/promises'

/** What the promise resolves with; undefined when the time is over first. Without a limit it is waited for. */
export async function within<T>(promise: Promise<T>, limitMs: number | undefined): Promise<T | undefined> {
  if (limitMs === undefined) return promise
  const settled = new AbortController()
  const limit = sleep(limitMs, undefined, { signal: settled.signal, ref: false }).catch(() => undefined)
  try {
    return await Promise.race([promise, limit])
  } finally {
    settled.abort()
  }
}
