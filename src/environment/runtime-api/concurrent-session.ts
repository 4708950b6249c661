import type { Refusal } from './http-response.ts'
import type { ResponseStream } from './response-stream.ts'
import {
  type InitEnd,
  invalidTransition,
  type NextReceiver,
  type OtherApi,
  type RuntimeAnswer,
  type RuntimeError,
  type RuntimeEvent,
  type Session,
} from './session.ts'

/** An invocation that is owed an answer. */
interface Open {
  readonly event: RuntimeEvent
  readonly settle: (answer: RuntimeAnswer) => void
  /** The response that is on its way. */
  stream: ResponseStream | undefined
}

/** So many ids of invocations that are over are known, of each kind; then they are unknown like any other. */
const MOST_KNOWN = 1000

/** A runtime that asks for the next event while it is at others, up to a number of them; answers are told apart by id. */
export class ConcurrentSession implements Session {
  readonly initEnd: Promise<InitEnd>
  readonly otherApi: OtherApi
  readonly unknownId = INVALID_INVOKE_ID
  readonly #most: number
  readonly #onReady: () => void
  readonly #endInit: (end: InitEnd) => void
  #state: 'Started' | 'InitError' | 'Ready' = 'Started'
  /** The first to ask is the first to be served: it has been idle for longest. */
  readonly #waiting: NextReceiver[] = []
  /** Have got an event and not asked for another since: who asked ahead may be busy with it, or stuck. */
  readonly #silent = new Set<NextReceiver>()
  /** Events for which nobody has asked yet. */
  readonly #owed: Open[] = []
  /** By id, those that the runtime has. */
  readonly #running = new Map<string, Open>()
  /** So many of them for callers that take a stream. */
  #wantingStream = 0
  /** The runtime has them although nobody waits for an answer any more. */
  readonly #late = new Set<string>()
  /** Have been answered. */
  readonly #sent = new Set<string>()

  /** It may run `most` invocations at a time. `onReady` is called each time that it waits for an event. */
  constructor(otherApi: OtherApi, most: number, onReady: () => void) {
    this.otherApi = otherApi
    this.#most = most
    this.#onReady = onReady
    const { promise, resolve } = Promise.withResolvers<InitEnd>()
    this.initEnd = promise
    this.#endInit = resolve
  }

  get isReady(): boolean {
    return this.#waiting.length > 0
  }

  /** How many events it would take now, as far as anybody knows. */
  get waiting(): number {
    return this.#waiting.filter((receiver) => !this.#silent.has(receiver)).length
  }

  /** How many it may still be at although their time is over. */
  get late(): number {
    return this.#late.size
  }

  get wantsStream(): boolean {
    return this.#wantingStream > 0
  }

  /** Nobody has asked for its event yet. */
  isOwed(requestId: string): boolean {
    return this.#owed.some(({ event }) => event.requestId === requestId)
  }

  /** Hands an event to the runtime, at once or when it next asks; `settle` is called as of a single one. */
  dispatch(event: RuntimeEvent, settle: (answer: RuntimeAnswer) => void): void {
    this.#owed.push({ event, settle, stream: undefined })
    this.#deliver()
  }

  /** Its time is over: whatever is answered from now on is too late. */
  giveUp(requestId: string): void {
    const at = this.#owed.findIndex(({ event }) => event.requestId === requestId)
    if (at >= 0) this.#owed.splice(at, 1)
    if (this.#end(requestId) === undefined) return
    note(this.#late, requestId)
  }

  next(receiver: NextReceiver): Refusal | undefined {
    if (this.#state === 'InitError') return invalidTransition(this.#state, 'Ready')
    if (this.#waiting.length >= this.#most) return TOO_MANY_IDLE_RUNTIMES
    this.#waiting.push(receiver)
    this.#silent.delete(receiver)
    if (this.#state === 'Started') this.#endInit({ kind: 'ready' })
    this.#state = 'Ready'
    this.#deliver()
    this.#onReady()
    return undefined
  }

  abandon(receiver: NextReceiver): void {
    this.#silent.delete(receiver)
    for (let at = this.#waiting.length - 1; at >= 0; at--)
      if (this.#waiting[at] === receiver) this.#waiting.splice(at, 1)
  }

  /** A late answer also tells that the runtime is through with it. */
  refuseAnswer(requestId: string): Refusal | undefined {
    if (this.#late.delete(requestId)) return INVOKE_TIMEOUT
    if (this.#sent.has(requestId)) return INVOKE_RESPONSE_WAS_SENT
    const open = this.#running.get(requestId)
    if (open === undefined) return INVALID_INVOKE_ID
    return open.stream === undefined ? undefined : INVOKE_RESPONSE_IN_PROGRESS
  }

  mayStream(requestId: string): boolean {
    const open = this.#running.get(requestId)
    return open?.event.wantsStream === true && open.stream === undefined
  }

  beginStream(requestId: string, stream: ResponseStream): void {
    const open = this.#running.get(requestId)
    if (open === undefined) return
    open.stream = stream
    open.settle({ kind: 'stream', stream })
  }

  isStreaming(requestId: string, stream: ResponseStream): boolean {
    return this.#running.get(requestId)?.stream === stream
  }

  answer(requestId: string, answer: RuntimeAnswer, delayMs = 0): void {
    const open = this.#end(requestId)
    if (open === undefined) return
    note(this.#sent, requestId)
    if (delayMs === 0) open.settle(answer)
    else setTimeout(() => open.settle(answer), delayMs).unref()
  }

  /** Several processes may tell of it; the first is heard. */
  initError(error: RuntimeError): Refusal | undefined {
    if (this.#state !== 'Started') return invalidTransition(this.#state, 'InitError')
    this.#state = 'InitError'
    this.#endInit({ kind: 'error', error })
    return undefined
  }

  liftLimits(): void {
    for (const { stream } of this.#running.values()) stream?.liftLimit()
  }

  #deliver(): void {
    while (this.#owed.length > 0 && this.#waiting.length > 0) {
      const [open, receiver] = [this.#owed.shift(), this.#waiting.shift()]
      if (open === undefined || receiver === undefined) return
      this.#begin(open)
      this.#silent.add(receiver)
      receiver.deliver(open.event)
    }
  }

  #begin(open: Open): void {
    const { requestId, wantsStream } = open.event
    this.#running.set(requestId, open)
    if (wantsStream) this.#wantingStream++
    // An event that is delivered again keeps its id.
    this.#late.delete(requestId)
    this.#sent.delete(requestId)
  }

  #end(requestId: string): Open | undefined {
    const open = this.#running.get(requestId)
    this.#running.delete(requestId)
    if (open?.event.wantsStream) this.#wantingStream--
    return open
  }
}

/** Forgets the oldest when there are too many. */
function note(ids: Set<string>, id: string): void {
  ids.add(id)
  if (ids.size <= MOST_KNOWN) return
  const [oldest] = ids
  if (oldest !== undefined) ids.delete(oldest)
}

const TOO_MANY_IDLE_RUNTIMES: Refusal = {
  status: 403,
  errorType: 'Runtime.TooManyIdleRuntimes',
  errorMessage: 'Too many idle runtimes',
}

const INVALID_INVOKE_ID: Refusal = {
  status: 400,
  errorType: 'Runtime.InvalidInvokeId',
  errorMessage: 'Invalid invoke ID',
}

const INVOKE_TIMEOUT: Refusal = { status: 400, errorType: 'Runtime.InvokeTimeout', errorMessage: 'Invoke timeout' }

/** Of a streamed one; whatever else answers is taken as a whole. */
const INVOKE_RESPONSE_IN_PROGRESS: Refusal = {
  status: 403,
  errorType: 'Runtime.InvokeResponseInProgress',
  errorMessage: 'Invoke response is in progress',
}

const INVOKE_RESPONSE_WAS_SENT: Refusal = {
  status: 403,
  errorType: 'Runtime.InvokeResponseWasSent',
  errorMessage: 'Invoke response was sent already',
}
