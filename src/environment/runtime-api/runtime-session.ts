import { strict as assert } from 'node:assert'
import { type Refusal, stateError } from './http-response.ts'
import type { RequestHead } from './request-reader.ts'
import type { ResponseStream } from './response-stream.ts'

/**
 * One runtime process as the Runtime API sees it: a state machine with at most one invocation at a time. Every
 * connection of the process, inherited or by TCP, leads to the same session, and to no other.
 */
export class RuntimeSession {
  readonly initEnd: Promise<InitEnd>
  readonly otherApi: OtherApi
  readonly #onReady: () => void
  #endInit: (end: InitEnd) => void = () => {}
  #state: State = 'Started'
  #event: RuntimeEvent | undefined
  #settle: ((answer: RuntimeAnswer) => void) | undefined
  #stream: ResponseStream | undefined
  readonly #waiting: NextReceiver[] = []

  /** `onReady` is called each time the runtime waits for an event and there is none. */
  constructor(otherApi: OtherApi, onReady: () => void) {
    this.otherApi = otherApi
    this.#onReady = onReady
    const { promise, resolve } = Promise.withResolvers<InitEnd>()
    this.initEnd = promise
    this.#endInit = resolve
  }

  /** The runtime waits for an event, so it may be frozen. */
  get isReady(): boolean {
    return this.#state === 'Ready'
  }

  /** An event is here that the runtime has not seen yet. */
  get isDeliveryOwed(): boolean {
    return this.#settle !== undefined && this.#state !== 'Running' && this.#state !== 'InvocationResponse'
  }

  /** The caller of the invocation that runs takes a stream. */
  get wantsStream(): boolean {
    return this.#event?.wantsStream === true && this.#state === 'Running'
  }

  /** The response that is on its way. */
  get stream(): ResponseStream | undefined {
    return this.#stream
  }

  /**
   * Hands an event to the runtime, at once or when it next asks; `settle` is called once, unless the process ends first,
   * and once more at the end of a stream.
   */
  dispatch(event: RuntimeEvent, settle: (answer: RuntimeAnswer) => void): void {
    assert(this.#settle === undefined, 'a runtime has one invocation at a time')
    this.#event = event
    this.#settle = settle
    if (this.#state === 'Ready') this.#deliver()
  }

  /** `GET /runtime/invocation/next`; the receiver gets the event now or later. */
  next(receiver: NextReceiver): Refusal | undefined {
    const state = this.#state
    if (state === 'Running' || state === 'InvocationResponse' || state === 'InitError')
      return invalidTransition(state, 'Ready')
    if (this.#waiting.length >= MOST_WAITING) return invalidTransition(state, 'Ready')
    this.#waiting.push(receiver)
    this.#state = 'Ready'
    if (state === 'Started') this.#endInit({ kind: 'ready' })
    if (this.#settle !== undefined && this.#event !== undefined) this.#deliver()
    else this.#onReady()
    return undefined
  }

  /** The receiver's connection has closed. */
  abandon(receiver: NextReceiver): void {
    const index = this.#waiting.indexOf(receiver)
    if (index >= 0) this.#waiting.splice(index, 1)
  }

  /** Whether an answer to this invocation is allowed now; asked as soon as its headers are here. */
  refuseAnswer(requestId: string, target: 'InvocationResponse' | 'InvocationErrorResponse'): Refusal | undefined {
    if (this.#state === 'Ready' || this.#event?.requestId !== requestId) return INVALID_REQUEST_ID
    return this.#state === 'Running' ? undefined : invalidTransition(this.#state, target)
  }

  beginStream(stream: ResponseStream): void {
    this.#stream = stream
    this.#state = 'InvocationResponse'
    this.#settle?.({ kind: 'stream', stream })
  }

  /** The whole answer, or the end of a stream; to be told after a while when the process may be about to end. */
  answer(answer: RuntimeAnswer, delayMs = 0): void {
    const settle = this.#settle
    this.#settle = undefined
    this.#stream = undefined
    this.#state = 'RuntimeResponseSentState'
    if (delayMs === 0) settle?.(answer)
    else setTimeout(() => settle?.(answer), delayMs).unref()
  }

  initError(error: RuntimeError): Refusal | undefined {
    if (this.#state !== 'Started') return invalidTransition(this.#state, 'InitError')
    this.#state = 'InitError'
    this.#endInit({ kind: 'error', error })
    return undefined
  }

  #deliver(): void {
    const receiver = this.#waiting.shift()
    // Every connection that waited has closed; the runtime will ask again, or its process ends.
    if (receiver === undefined || this.#event === undefined) return
    this.#state = 'Running'
    receiver.deliver(this.#event)
  }
}

export interface RuntimeEvent {
  readonly requestId: string
  readonly deadlineMs: number
  readonly invokedFunctionArn: string
  readonly traceHeader: string
  readonly clientContext?: string
  readonly payload: Buffer
  readonly wantsStream: boolean
}

/** What else is served on the connections of an environment's processes. */
export interface OtherApi {
  /** The response; '' when it follows later, undefined when the path is none of its own. */
  answer(head: RequestHead, body: Buffer | undefined, waiter: LateReceiver): string | undefined
  /** The receiver's connection has closed. */
  abandon(waiter: LateReceiver): void
}

export interface LateReceiver {
  /** Takes the text of a whole HTTP response. */
  respond(response: string): void
}

export interface NextReceiver {
  deliver(event: RuntimeEvent): void
}

export interface RuntimeError {
  readonly body: Buffer
  readonly errorType: string
}

export type RuntimeAnswer =
  | { readonly kind: 'response'; readonly body: Buffer }
  /** Of a stream also with the type as the runtime gave it. */
  | ({ readonly kind: 'error'; readonly givenType?: string | undefined } & RuntimeError)
  | { readonly kind: 'too-large'; readonly limitBytes: number }
  | { readonly kind: 'stream'; readonly stream: ResponseStream }

export type InitEnd = { readonly kind: 'ready' } | { readonly kind: 'error'; readonly error: RuntimeError }

/** The names that the messages of state errors use. */
type State = 'Started' | 'InitError' | 'Ready' | 'Running' | 'InvocationResponse' | 'RuntimeResponseSentState'

/** A runtime that serves one invocation at a time has no use for more connections waiting at once. */
const MOST_WAITING = 16

export const INVALID_REQUEST_ID: Refusal = {
  status: 400,
  errorType: 'InvalidRequestID',
  errorMessage: 'Invalid request ID',
}

const invalidTransition = (from: State, to: string): Refusal => ({
  status: 403,
  errorType: 'InvalidStateTransition',
  errorMessage: stateError(from, to, 'runtime'),
})
