import type { Clock, Log } from '#base'
import { ApiError, ServiceException, TooManyRequestsException } from '#model'
import {
  type EndCondition,
  type EventEnd,
  type EventInvokeConfig,
  type FunctionAnswer,
  type FunctionVersion,
  functionArn,
  isInvocable,
  LATEST,
  notInvocable,
  type Place,
} from '#resources'
import type { Retry, Store, StoredEvent } from '#store'
import type { Invocations } from '../invocations.ts'
import { endsLoops, isEndless } from '../lineage.ts'
import { resolveVersion } from '../resolve-version.ts'
import { backOffOfAgeMs, expiryMs, nextAttemptMs } from './retry.ts'

export interface AttemptServices {
  readonly store: Store
  readonly invocations: Pick<Invocations, 'invoke' | 'nextEnd' | 'running'>
  readonly place: Place
  readonly clock: Clock
  readonly log: Log
}

/** What became of an event that was taken from the queue. */
export type Outcome =
  /** It is tried no more; `version` and `config` say what follows. */
  | {
      readonly kind: 'ended'
      readonly end: EventEnd
      readonly version: FunctionVersion
      readonly config: EventInvokeConfig | undefined
    }
  | { readonly kind: 'retry'; readonly retry: Retry }
  /** There is no room to run it now; `freed` resolves when there may be, and the event is too old after `expiresMs`. */
  | { readonly kind: 'throttled'; readonly freed: Promise<void>; readonly expiresMs: number }
  /** Nothing can ever come of it. */
  | { readonly kind: 'discarded'; readonly why: string }

/** Invokes the event like anybody else, under the rules for events: how often, until when, and what then. */
export async function attempt(event: StoredEvent, services: AttemptServices): Promise<Outcome> {
  const { store, clock } = services
  const version = await resolveVersion(store, event)
  if (!version) return { kind: 'discarded', why: 'its function, version or alias does not exist any more' }
  const config = store.eventInvokeConfigs.get(event.account, event.functionName, event.qualifier ?? LATEST)
  const expiresMs = expiryMs(event.acceptedMs, config)
  const ended = (condition: EndCondition, attempts = event.attempts, answer = event.lastError): Outcome => ({
    kind: 'ended',
    end: { condition, attempts, ...(answer && { answer }), endedMs: clock.now() },
    version,
    config,
  })

  const refusal = whyNotToRun(event, expiresMs, services)
  if (refusal) return ended(refusal)
  const run = await runOnce(event, version, services)
  switch (run.kind) {
    case 'throttled':
      return { ...run, expiresMs }
    case 'fault': {
      const nowMs = clock.now()
      const dueMs = Math.min(nowMs + backOffOfAgeMs(nowMs - event.acceptedMs), expiresMs + 1)
      return { kind: 'retry', retry: { attempts: event.attempts, dueMs } }
    }
    case 'success':
      return ended('Success', event.attempts + 1, run.answer)
    case 'function-error': {
      const attempts = event.attempts + 1
      const dueMs = nextAttemptMs(attempts, clock.now(), config)
      if (dueMs === undefined) return ended('RetriesExhausted', attempts, run.answer)
      // AWS does not wait for an attempt that would come too late.
      if (dueMs > expiresMs) return ended('EventAgeExceeded', attempts, run.answer)
      return { kind: 'retry', retry: { attempts, dueMs, lastError: run.answer } }
    }
  }
}

function whyNotToRun(event: StoredEvent, expiresMs: number, { store, clock }: AttemptServices) {
  if (clock.now() > expiresMs) return 'EventAgeExceeded'
  if (isEndless(event.traceHeader) && endsLoops(store, event)) return 'RecursiveInvocation'
  if (store.concurrency.reserved(event.account, event.functionName) === 0) return 'ZeroReservedConcurrency'
  return undefined
}

type Run =
  | { readonly kind: 'success' | 'function-error'; readonly answer: FunctionAnswer }
  | { readonly kind: 'throttled'; readonly freed: Promise<void> }
  | { readonly kind: 'fault' }

async function runOnce(event: StoredEvent, version: FunctionVersion, services: AttemptServices): Promise<Run> {
  const { invocations, place, log } = services
  try {
    if (!isInvocable(version)) throw notInvocable(version)
    const { functionError, payload } = await invocations.invoke(version, {
      requestId: event.requestId,
      payload: event.payload,
      invokedFunctionArn: functionArn(place, event),
      traceHeader: event.traceHeader,
      wantsLogTail: false,
    })
    const answer = { executedVersion: version.version, payload }
    return { kind: functionError ? 'function-error' : 'success', answer }
  } catch (error) {
    if (error instanceof TooManyRequestsException) return { kind: 'throttled', freed: invocations.nextEnd(version) }
    if (!(error instanceof ApiError) || error instanceof ServiceException)
      log.error('an event could not run now', { requestId: event.requestId, cause: error })
    return { kind: 'fault' }
  }
}
