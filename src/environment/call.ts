import type { Invocation, InvocationResult } from './environment-spec.ts'
import { type PlatformFailure, RESPONSE_TOO_LARGE, responseTooLarge } from './function-errors.ts'
import { type EndedInvocation, type Outcome, SUCCESS } from './platform-log/platform-lines.ts'
import type { ResponseStream } from './runtime-api/response-stream.ts'
import type { RuntimeAnswer, RuntimeError, RuntimeEvent } from './runtime-api/session.ts'

/** An invocation whose answer is owed. */
export interface Call {
  readonly invocation: Invocation
  readonly startMs: number
  readonly deadlineMs: number
  readonly resolve: (result: InvocationResult) => void
  readonly reject: (error: Error) => void
  /** Its time is over; its processes are being killed. */
  hasTimedOut: boolean
  /** The caller has it in the place of a result, and the invocation runs on until its end. */
  stream: ResponseStream | undefined
}

/** An invocation whose answer is given, and whose last log lines are owed. */
export interface Answered {
  readonly call: Call
  readonly result: InvocationResult
  outcome: Outcome
  endMs: number
  isRuntimeDone: boolean
}

/** What the runtime gets of it. */
export function eventOf({ invocation, deadlineMs }: Call): RuntimeEvent {
  const { requestId, payload, invokedFunctionArn, traceHeader, clientContext, wantsStream = false } = invocation
  const event = { requestId, deadlineMs, invokedFunctionArn, traceHeader, payload, wantsStream }
  return clientContext === undefined ? event : { ...event, clientContext }
}

/** What the log says of its end. */
export function endOf(
  { call, result, outcome, endMs }: Pick<Answered, 'call' | 'result' | 'outcome' | 'endMs'>,
  timeoutSeconds: number,
): EndedInvocation {
  const durationMs = Math.min(endMs - call.startMs, timeoutSeconds * 1000)
  const producedBytes = call.stream?.writtenBytes ?? result.payload.length
  return { requestId: call.invocation.requestId, durationMs, producedBytes, outcome }
}

/** Of a stream the caller has been told already, all but its end. */
export function tell({ stream, resolve }: Call, result: InvocationResult): void {
  if (stream === undefined) resolve(result)
  else stream.finish(result)
}

export function abandon({ stream, reject }: Call, cause: Error): void {
  if (stream === undefined) reject(cause)
  else stream.break(cause)
}

/** AWS tells the reader of a stream whose runtime has gone that it is truncated, and names only the timeout. */
export const brokenOff = (result: InvocationResult, { status, errorType }: PlatformFailure): InvocationResult => ({
  ...result,
  errorType: status === 'timeout' ? errorType : 'Runtime.TruncatedResponse',
})

export const functionError = ({ body, errorType }: RuntimeError): InvocationResult => ({
  functionError: 'Unhandled',
  errorType,
  payload: body,
})

/** What settles a call. */
type FinalAnswer = Exclude<RuntimeAnswer, { readonly kind: 'stream' }>

export function resultOf(answer: FinalAnswer): InvocationResult {
  switch (answer.kind) {
    case 'response':
      return { payload: answer.body }
    case 'error':
      return functionError({ body: answer.body, errorType: answer.givenType ?? answer.errorType })
    case 'too-large':
      return responseTooLarge(answer.limitBytes)
  }
}

/** When the platform has found no fault, an error is the function's own. */
export function outcomeOf(answer: FinalAnswer): Outcome {
  if (answer.kind === 'response') return SUCCESS
  return { status: 'failure', errorType: answer.kind === 'error' ? answer.errorType : RESPONSE_TOO_LARGE }
}

export const outcomeOfError = ({ errorType }: RuntimeError): Outcome => ({ status: 'failure', errorType })
