import type { EnvironmentSpec } from './environment-spec.ts'
import type { PlatformFailure } from './function-errors.ts'
import { type Outcome, SUCCESS } from './platform-log/platform-lines.ts'
import type { Processes } from './processes.ts'
import type { RuntimeError } from './runtime-api/session.ts'
import { within } from './within.ts'

/** How an Init went; when it failed, the processes have gone. */
export type InitOutcome =
  | { readonly kind: 'ready' }
  /** The runtime has told what was wrong. */
  | { readonly kind: 'reported'; readonly error: RuntimeError }
  | { readonly kind: 'failed'; readonly failure: PlatformFailure }

/** The Init phase's own limit; an Init that is repeated within an invocation is limited by the function's timeout. */
const INIT_LIMIT_MS = 10_000
/** Nobody in particular waits for one that is provisioned or runs several: it has the function's timeout, and at least this. */
const KEPT_INIT_MINIMUM_MS = 130_000

export const initLimitMs = ({ isProvisioned, maxConcurrency, timeoutSeconds }: EnvironmentSpec) =>
  isProvisioned || maxConcurrency !== undefined ? Math.max(KEPT_INIT_MINIMUM_MS, timeoutSeconds * 1000) : INIT_LIMIT_MS

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

export function outcomeOfInit(init: InitOutcome): Outcome {
  if (init.kind === 'ready') return SUCCESS
  return init.kind === 'failed' ? init.failure : { status: 'error', errorType: init.error.errorType }
}
