import { type Clock, type Log, newUuid } from '#base'
import {
  type FunctionAddress,
  invocationRecord,
  type OutboxMessage,
  type Place,
  parseFunctionName,
  payloadLimitBytes,
  type QueuedEvent,
  rightsFor,
  targetServiceOf,
} from '#resources'
import type { OutboxLane, Store, StoredMessage } from '#store'
import { resolveVersion } from '../resolve-version.ts'
import { traceHeaderFor } from '../trace.ts'
import type { Turn } from './fair-schedule.ts'
import { LaneRunner, type Pause } from './lane-runner.ts'
import { backOffMs } from './retry.ts'

// A message may be of several MiB.
const LARGEST = 32
const LARGEST_OF_TARGET = 8
// A target that takes longer will not take it at all.
const LONGEST_SEND_MS = 15_000
// A server that stops waits for no longer; what was not taken by then is sent by the next one.
const LONGEST_STOP_MS = 3_000
// A target that is away for longer than this is away for good.
const GIVE_UP_AFTER_MS = 24 * 3_600_000

/** What no later try will change: a message that is too large, for example. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable'
}

export interface OutboxSenderOptions {
  readonly store: Store
  readonly place: Place
  readonly clock: Clock
  readonly log: Log
  /** Delivers to a service other than Lambda. Rejects when it cannot, with Undeliverable if it never can. */
  send(message: OutboxMessage, signal: AbortSignal): Promise<void>
  /** Whether the role may do this now. */
  isAllowed(role: string, action: string, resource: string): Promise<boolean>
}

/**
 * Delivers what is in the outbox. A target that fails is tried again, ever more rarely, for a day; neither one that
 * fails nor one that hangs holds up the others.
 */
export class OutboxSender {
  readonly #options: OutboxSenderOptions
  readonly #runner: LaneRunner<OutboxLane, StoredMessage>
  readonly #stopped = new AbortController()
  readonly #counts = { delivered: 0, failedTries: 0, givenUp: 0 }

  constructor(options: OutboxSenderOptions) {
    this.#options = options
    this.#runner = new LaneRunner({
      source: options.store.outbox,
      ownerOf: ({ target }) => target,
      hasPlace: ({ running: own }: Turn<OutboxLane>, running) => own < LARGEST_OF_TARGET && running < LARGEST,
      handle: (message) => this.#deliver(message),
      clock: options.clock,
      log: options.log,
    })
  }

  start(): void {
    this.#runner.start()
  }

  /** Resolves when what is being sent has been sent, or has failed. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#stopped.abort(), LONGEST_STOP_MS)
    await this.#runner.stop()
    clearTimeout(timer)
  }

  /** Messages since the start. */
  counts() {
    return { ...this.#counts }
  }

  async #deliver(message: StoredMessage): Promise<Pause | undefined> {
    try {
      await this.#send(message)
      this.#counts.delivered++
      return undefined
    } catch (cause) {
      return this.#failed(message, cause)
    }
  }

  async #send(message: StoredMessage): Promise<void> {
    const { store, isAllowed, send } = this.#options
    const { target, role, event } = message
    const service = targetServiceOf(target)
    if (service === undefined) throw new Undeliverable('Nothing can be delivered there.')
    for (const { action, resource } of rightsFor(service, target, event.functionName))
      if (!(await isAllowed(role, action, resource))) throw new Error(`The role ${role} may not ${action}.`)
    if (service === 'lambda') return this.#forward(message)
    await withLimit(this.#stopped.signal, (signal) => send(message, signal))
    store.outbox.delivered(message)
  }

  /** To a function of this server: its event is in the queue when the message has left the outbox. */
  async #forward(message: StoredMessage): Promise<void> {
    const { store, place, clock } = this.#options
    const address = addressOf(place, message)
    if (!(await resolveVersion(store, address))) throw new Error('There is no such function.')
    const payload = invocationRecord(place, message)
    if (payload.length > payloadLimitBytes('Event')) throw new Undeliverable('The record is too large for an event.')
    await store.eventMoves.forward(message, nextEvent(message, address, payload, clock.now()))
  }

  /** The message waits for its next try, and whatever else goes there waits a little as well. */
  async #failed(message: StoredMessage, cause: unknown): Promise<Pause | undefined> {
    const { store, clock, log } = this.#options
    const nowMs = clock.now()
    const { target, kind, event, end } = message
    const about = { target, kind, requestId: event.requestId, functionName: event.functionName, cause }
    this.#counts.failedTries++
    if (!(cause instanceof Undeliverable) && nowMs < end.endedMs + GIVE_UP_AFTER_MS) {
      log.warn('a target does not take what is for it; trying again', { ...about, tries: message.tries + 1 })
      await store.outbox.retry(message, nowMs + backOffMs(message.tries + 1))
      return { longestMs: Number.POSITIVE_INFINITY }
    }
    log.error('a target did not take what is for it', about)
    this.#counts.givenUp++
    const isFailure = end.condition !== 'Success'
    await store.eventMoves.giveUp(message, isFailure ? { event, end, undeliveredTo: target } : undefined)
    return undefined
  }
}

function addressOf({ region }: Place, { target, event }: OutboxMessage): FunctionAddress {
  const { region: where = region, account = event.account, name, qualifier } = parseFunctionName(target)
  if (where !== region) throw new Undeliverable('The function is in another region.')
  return { account, functionName: name, ...(qualifier !== undefined && { qualifier }) }
}

const nextEvent = (
  { event }: OutboxMessage,
  address: FunctionAddress,
  payload: Buffer,
  nowMs: number,
): QueuedEvent => ({
  ...address,
  requestId: newUuid(),
  payload,
  traceHeader: traceHeaderFor(event.traceHeader, nowMs, address),
  acceptedMs: nowMs,
  attempts: 0,
  dueMs: nowMs,
})

/** Also when the work does not heed the signal. */
async function withLimit(stopped: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(LONGEST_SEND_MS)])
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(new Error('The target did not answer in time.'))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([work(signal), promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
