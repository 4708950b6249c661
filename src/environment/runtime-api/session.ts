import { type Refusal, stateError } from './http-response.ts'
import type { RequestHead } from './request-reader.ts'
import type { ResponseStream } from './response-stream.ts'

/**
 * The runtime of one Init as the Runtime API sees it. Every connection of its processes, inherited or by TCP, leads to
 * the same session, and to no other.
 */
export interface Session {
  /** Resolves with the first `next`, or with what the runtime says of its failure. */
  readonly initEnd: Promise<InitEnd>
  readonly otherApi: OtherApi
  /** What whoever answers an invocation is told that is none. */
  readonly unknownId: Refusal
  /** The runtime waits for an event. */
  readonly isReady: boolean
  /** The caller of one that runs takes a stream. */
  readonly wantsStream: boolean
  /** `GET /runtime/invocation/next`; the receiver gets the event now or later. */
  next(receiver: NextReceiver): Refusal | undefined
  /** The receiver's connection has closed. */
  abandon(receiver: NextReceiver): void
  /** Whether an answer to this invocation is allowed now; asked as soon as its headers are here. */
  refuseAnswer(requestId: string, target: 'InvocationResponse' | 'InvocationErrorResponse'): Refusal | undefined
  /** Whether its answer is passed on while it arrives; asked only when one that runs wants it so. */
  mayStream(requestId: string): boolean
  beginStream(requestId: string, stream: ResponseStream): void
  /** Whether its end is still waited for. */
  isStreaming(requestId: string, stream: ResponseStream): boolean
  /** The whole answer, or the end of a stream; to be told after a while when the process may be about to end. */
  answer(requestId: string, answer: RuntimeAnswer, delayMs?: number): void
  initError(error: RuntimeError): Refusal | undefined
  /** The process has ended: what it has streamed is taken at once. */
  liftLimits(): void
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
export type State = 'Started' | 'InitError' | 'Ready' | 'Running' | 'InvocationResponse' | 'RuntimeResponseSentState'

export const INVALID_REQUEST_ID: Refusal = {
  status: 400,
  errorType: 'InvalidRequestID',
  errorMessage: 'Invalid request ID',
}

export const invalidTransition = (from: State, to: string): Refusal => ({
  status: 403,
  errorType: 'InvalidStateTransition',
  errorMessage: stateError(from, to, 'runtime'),
})
