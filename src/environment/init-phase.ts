import type { PlatformFailure } from './function-errors.ts'
import type { Processes } from './processes.ts'
import type { RuntimeError } from './runtime-api/runtime-session.ts'
import { within } from './within.ts'

/** How an Init went; when it failed, the processes have gone. */
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

/** Waits until runtime and extensions ask for their first event. Without a limit, somebody else ends them in time. */
export async function awaitInit(processes: Processes, limitMs: number | undefined): Promise<InitOutcome> {
  const first = await within(processes.initEnd, limitMs)
  if (first?.kind === 'ready') return first
  if (first?.kind === 'error') await within(processes.over, LAST_WORDS_MS)
  await processes.stop(first === undefined ? 'timeout' : 'failure')
  if (first === undefined) return { kind: 'failed', failure: INIT_TIMEOUT }
  if (first.kind === 'error') return { kind: 'reported', error: first.error }
  return { kind: 'failed', failure: await processes.over }
}
