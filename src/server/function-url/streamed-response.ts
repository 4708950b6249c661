import type { InvocationResult } from '#invocation'
import { type HttpResponse, readUrlStream } from '#protocol'

/**
 * What a URL with InvokeMode RESPONSE_STREAM answers: of a function that streams status, headers and cookies as well, of
 * any other what it answered, unread. Undefined when the function failed before its first byte; when it does so later,
 * the body breaks off.
 */
export async function streamedResponse(result: InvocationResult): Promise<HttpResponse | undefined> {
  try {
    return await readUrlStream(result.stream?.contentType, partsOf(result))
  } catch (error) {
    if (error instanceof FunctionFailed) return undefined
    throw error
  }
}

class FunctionFailed extends Error {}

async function* partsOf(result: InvocationResult): AsyncGenerator<Buffer> {
  if (result.stream) yield* result.stream
  else if (result.functionError === undefined) yield result.payload
  const { functionError } = (await result.stream?.end) ?? result
  if (functionError !== undefined) throw new FunctionFailed()
}
