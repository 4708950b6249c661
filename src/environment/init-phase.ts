import { setTimeout as sleep } from 'node:timers/promises'
import { exited, outOfMemory, type PlatformFailure } from './function-errors.ts'
import type { RuntimeError } from './runtime-api/runtime-session.ts'
import type { RuntimeProcess } from './runtime-process.ts'

/** How an Init went; when it failed, the process has gone. */
export type InitOutcome =
  | { readonly kind: 'ready' }
  /** The runtime has told what was wrong. */
  | { readonly kind: 'reported'; readonly error: RuntimeError }
  | { readonly kind: 'failed'; readonly failure: PlatformFailure }

/** A runtime that has reported its error has this long to exit by itself, so that its last words reach the log. */
const LAST_WORDS_MS = 500

const INIT_TIMEOUT: PlatformFailure = {
  errorType: 'Sandbox.Timedout',
  message: 'Init phase timed out',
  status: 'timeout',
}

/** Waits until the runtime asks for its first event. Without a limit, somebody else kills the process in time. */
export async function awaitInit(runtime: RuntimeProcess, limitMs: number | undefined): Promise<InitOutcome> {
  const first = await within(runtime.initEnd, limitMs)
  if (first?.kind === 'ready') return first
  if (first?.kind === 'error') await within(runtime.end, LAST_WORDS_MS)
  runtime.kill()
  const exit = await runtime.end
  if (first === undefined) return { kind: 'failed', failure: INIT_TIMEOUT }
  if (first.kind === 'error') return { kind: 'reported', error: first.error }
  return { kind: 'failed', failure: runtime.ranOutOfMemory(exit) ? outOfMemory : exited(exit) }
}

/** Undefined when the time is over first. */
async function within<T>(promise: Promise<T>, limitMs: number | undefined): Promise<T | undefined> {
  if (limitMs === undefined) return promise
  const settled = new AbortController()
  const limit = sleep(limitMs, undefined, { signal: settled.signal, ref: false }).catch(() => undefined)
  try {
    return await Promise.race([promise, limit])
  } finally {
    settled.abort()
  }
}
