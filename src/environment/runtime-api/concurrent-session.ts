import type { Refusal } from './http-response.ts'
import type { ResponseStream } from './response-stream.ts'
import {
  INVALID_REQUEST_ID,
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

/** Ids of invocations whose time is over are known for so long; then they are unknown like any other. */
const MOST_LATE = 1000

/** A runtime that asks for the next event while it is at others, up to a number of them; answers are told apart by id. */
export class ConcurrentSession implements Session {
  readonly initEnd: Promise<InitEnd>
  readonly otherApi: OtherApi
  readonly #most: number
  readonly #onReady: () => void
  readonly #endInit: (end: InitEnd) => void
  #state: 'Started' | 'InitError' | 'Ready' = 'Started'
  /** The first to ask is the first to be served: it has been idle for longest. */
  readonly #waiting: NextReceiver[] = []
  /** Events for which nobody has asked yet. */
  readonly #owed: Open[] = []
  /** By id, those that the runtime has. */
  readonly #running = new Map<string, Open>()
  /** So many of them for callers that take a stream. */
  #wantingStream = 0
  /** The runtime has them although nobody waits for an answer any more. */
  readonly #late = new Set<string>()

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

  /** How many events it waits for. */
  get waiting(): number {
    return this.#waiting.length
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
    this.#late.add(requestId)
    const [oldest] = this.#late
    if (oldest !== undefined && this.#late.size > MOST_LATE) this.#late.delete(oldest)
  }

  next(receiver: NextReceiver): Refusal | undefined {
    if (this.#state === 'InitError') return invalidTransition(this.#state, 'Ready')
    if (this.#waiting.length >= this.#most) return TOO_MANY_IDLE_RUNTIMES
    this.#waiting.push(receiver)
    if (this.#state === 'Started') this.#endInit({ kind: 'ready' })
    this.#state = 'Ready'
    this.#deliver()
    this.#onReady()
    return undefined
  }

  abandon(receiver: NextReceiver): void {
    for (let at = this.#waiting.length - 1; at >= 0; at--)
      if (this.#waiting[at] === receiver) this.#waiting.splice(at, 1)
  }

  /** A late answer also tells that the runtime is through with it. */
  refuseAnswer(requestId: string): Refusal | undefined {
    if (this.#late.delete(requestId)) return INVOKE_TIMEOUT
    const open = this.#running.get(requestId)
    return open === undefined || open.stream !== undefined ? INVALID_REQUEST_ID : undefined
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
      receiver.deliver(open.event)
    }
  }

  #begin(open: Open): void {
    const { requestId, wantsStream } = open.event
    this.#running.set(requestId, open)
    if (wantsStream) this.#wantingStream++
    // An event that is delivered again keeps its id.
    this.#late.delete(requestId)
  }

  #end(requestId: string): Open | undefined {
    const open = this.#running.get(requestId)
    this.#running.delete(requestId)
    if (open?.event.wantsStream) this.#wantingStream--
    return open
  }
}

/** AWS knows them as Runtime.TooManyIdleRuntimes, and tells no more than this. */
const TOO_MANY_IDLE_RUNTIMES: Refusal = {
  status: 500,
  errorType: 'InternalServerError',
  errorMessage: 'Internal Server Error',
}

/** Runtime.InvokeTimeout. */
const INVOKE_TIMEOUT: Refusal = { status: 410, errorType: 'InvokeTimeout', errorMessage: 'Invoke timeout' }
