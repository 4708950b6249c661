import { type InvocationResult, resolveVersion } from '#invocation'
import type { lambda } from '#model'
import type { Handler } from '../context.ts'
import { prepare } from './prepare.ts'

/** Like Invoke, but the answer begins with the first byte of the response. */
export const invokeWithResponseStream: Handler<'InvokeWithResponseStream'> = async (input, context) => {
  const found = await resolveVersion(context.store, context.address)
  const { version, request } = prepare('RequestResponse', input, context, found)
  if (input.InvocationType === 'DryRun') return { StatusCode: 204 }
  const result = await context.invocations.invoke(version, { ...request, wantsStream: true })
  return {
    StatusCode: 200,
    ExecutedVersion: version.version,
    ResponseStreamContentType: 'application/vnd.amazon.eventstream',
    EventStream: eventsOf(result),
  }
}

async function* eventsOf(result: InvocationResult): AsyncGenerator<lambda.InvokeWithResponseStreamResponseEvent> {
  if (result.stream) for await (const chunk of result.stream) yield { PayloadChunk: { Payload: chunk } }
  else if (result.functionError === undefined) yield { PayloadChunk: { Payload: result.payload } }
  yield { InvokeComplete: result.stream ? completionOf(await result.stream.end, true) : completionOf(result, false) }
}

/** AWS names the kind of error where a stream broke off, and otherwise says what Invoke says. */
function completionOf(
  { functionError, errorType, payload, logTail }: InvocationResult,
  isBrokenOff: boolean,
): lambda.InvokeWithResponseStreamCompleteEvent {
  return {
    ...(functionError !== undefined && {
      ErrorCode: isBrokenOff ? errorType : functionError,
      ErrorDetails: payload.toString(),
    }),
    LogResult: logTail?.toString('base64'),
  }
}
