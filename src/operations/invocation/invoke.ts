import { parseJsonBytes } from '#base'
import { endsLoops, isEndless, resolveVersion } from '#invocation'
import type { lambda } from '#model'
import {
  type FunctionVersion,
  functionArn,
  invalidParameter,
  invokedFunctionNotFound,
  notInvocable,
  notSupportedYet,
  recursiveInvocation,
} from '#resources'
import type { Handler, RequestContext } from '../context.ts'
import { enqueue } from './enqueue.ts'
import { checkPayload, unreadable } from './payload.ts'

export const invoke: Handler<'Invoke'> = (input, context) => {
  const found = resolveVersion(context.store, context.address)
  return found instanceof Promise
    ? found.then((version) => invokeVersion(input, context, version))
    : invokeVersion(input, context, found)
}

function invokeVersion(input: lambda.InvocationRequest, context: RequestContext, version: FunctionVersion | undefined) {
  if (!version) throw invokedFunctionNotFound(context.place, context.address)
  if (version.state !== 'Active') throw notInvocable(version.state)
  refuseUnsupported(input)
  const type = input.InvocationType ?? 'RequestResponse'
  const payload = checkPayload(type, input.Payload)
  const clientContext = readClientContext(input.ClientContext)
  if (type === 'DryRun') return { StatusCode: 204 }
  if (type === 'Event') return enqueue(context, payload).then(() => ({ StatusCode: 202 }))
  return run(context, version, payload, clientContext, input.LogType === 'Tail')
}

async function run(
  context: RequestContext,
  version: FunctionVersion,
  payload: Buffer,
  clientContext: string | undefined,
  wantsLogTail: boolean,
) {
  if (isEndless(context.traceHeader) && endsLoops(context.store, version)) throw recursiveInvocation()
  const result = await context.invocations.invoke(version, {
    requestId: context.requestId,
    payload,
    invokedFunctionArn: functionArn(context.place, context.address),
    traceHeader: context.traceHeader,
    ...(clientContext !== undefined && { clientContext }),
    wantsLogTail,
  })
  return {
    StatusCode: 200,
    ExecutedVersion: version.version,
    Payload: result.payload,
    FunctionError: result.functionError,
    LogResult: result.logTail?.toString('base64'),
  }
}

// AWS's limit of the header, in base64.
const CLIENT_CONTEXT_LIMIT = 3583

/** The JSON text that the header carries in base64. */
function readClientContext(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const bytes = Buffer.from(header, 'base64')
  const parsed = header.length <= CLIENT_CONTEXT_LIMIT ? parseJsonBytes(bytes) : { problem: 'too long' }
  const isObject =
    'value' in parsed && typeof parsed.value === 'object' && parsed.value !== null && !Array.isArray(parsed.value)
  if (!isObject) throw unreadable('Client context must be a valid Base64-encoded JSON object.')
  // It travels on as a header, which takes no line breaks and no bytes beyond Latin-1.
  return JSON.stringify(parsed.value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function refuseUnsupported(input: lambda.InvocationRequest): void {
  if (input.TenantId !== undefined) {
    throw invalidParameter(
      'The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request and try again.',
    )
  }
  if (input.DurableExecutionName !== undefined) throw notSupportedYet('DurableExecutionName')
}
