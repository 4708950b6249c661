import { type InvokeRequest, resolveVersion } from '#invocation'
import type { lambda } from '#model'
import type { FunctionVersion } from '#resources'
import type { Handler, RequestContext } from '../context.ts'
import { enqueue } from './enqueue.ts'
import { prepare } from './prepare.ts'

export const invoke: Handler<'Invoke'> = (input, context) => {
  const found = resolveVersion(context.store, context.address)
  return found instanceof Promise
    ? found.then((version) => invokeVersion(input, context, version))
    : invokeVersion(input, context, found)
}

function invokeVersion(input: lambda.InvocationRequest, context: RequestContext, found: FunctionVersion | undefined) {
  const type = input.InvocationType ?? 'RequestResponse'
  const { version, request } = prepare(type, input, context, found)
  if (type === 'DryRun') return { StatusCode: 204 }
  if (type === 'Event') return enqueue(context, request.payload).then(() => ({ StatusCode: 202 }))
  return run(context, version, request)
}

async function run({ invocations }: RequestContext, version: FunctionVersion, request: InvokeRequest) {
  const result = await invocations.invoke(version, request)
  return {
    StatusCode: 200,
    ExecutedVersion: version.version,
    Payload: result.payload,
    FunctionError: result.functionError,
    LogResult: result.logTail?.toString('base64'),
  }
}
