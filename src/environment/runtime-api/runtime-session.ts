import { strict as assert } from 'node:assert'
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
  type State,
} from './session.ts'

/** A state machine with at most one invocation at a time. */
export class RuntimeSession implements Session {
  readonly initEnd: Promise<InitEnd>
  readonly otherApi: OtherApi
  readonly unknownId = INVALID_REQUEST_ID
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

  /** And may be frozen. */
  get isReady(): boolean {
    return this.#state === 'Ready'
  }

  /** An event is here that the runtime has not seen yet. */
  get isDeliveryOwed(): boolean {
    return this.#settle !== undefined && this.#state !== 'Running' && this.#state !== 'InvocationResponse'
  }

  get wantsStream(): boolean {
    return this.#event?.wantsStream === true && this.#state === 'Running'
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

  abandon(receiver: NextReceiver): void {
    const index = this.#waiting.indexOf(receiver)
    if (index >= 0) this.#waiting.splice(index, 1)
  }

  refuseAnswer(requestId: string, target: 'InvocationResponse' | 'InvocationErrorResponse'): Refusal | undefined {
    if (this.#state === 'Ready' || this.#event?.requestId !== requestId) return INVALID_REQUEST_ID
    return this.#state === 'Running' ? undefined : invalidTransition(this.#state, target)
  }

  mayStream(requestId: string): boolean {
    return this.refuseAnswer(requestId, 'InvocationResponse') === undefined
  }

  beginStream(_requestId: string, stream: ResponseStream): void {
    this.#stream = stream
    this.#state = 'InvocationResponse'
    this.#settle?.({ kind: 'stream', stream })
  }

  isStreaming(_requestId: string, stream: ResponseStream): boolean {
    return this.#stream === stream
  }

  answer(_requestId: string, answer: RuntimeAnswer, delayMs = 0): void {
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

  liftLimits(): void {
    this.#stream?.liftLimit()
  }

  #deliver(): void {
    const receiver = this.#waiting.shift()
    // Every connection that waited has closed; the runtime will ask again, or its process ends.
    if (receiver === undefined || this.#event === undefined) return
    this.#state = 'Running'
    receiver.deliver(this.#event)
  }
}

/** A runtime that serves one invocation at a time has no use for more connections waiting at once. */
const MOST_WAITING = 16
