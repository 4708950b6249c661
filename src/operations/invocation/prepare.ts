import { endsLoops, type InvokeRequest, isEndless } from '#invocation'
import type { lambda } from '#model'
import {
  type FunctionVersion,
  functionArn,
  invalidParameter,
  invokedFunctionNotFound,
  isInvocable,
  notInvocable,
  notSupportedYet,
  recursiveInvocation,
} from '#resources'
import type { RequestContext } from '../context.ts'
import { readClientContext } from './client-context.ts'
import { checkPayload } from './payload.ts'

type Input = lambda.InvocationRequest | lambda.InvokeWithResponseStreamRequest

/** The version to run and what to run it with, when nothing speaks against it. */
export function prepare(
  type: string,
  input: Input,
  context: RequestContext,
  version: FunctionVersion | undefined,
): { readonly version: FunctionVersion; readonly request: InvokeRequest } {
  if (!version) throw invokedFunctionNotFound(context.place, context.address)
  if (!isInvocable(version)) throw notInvocable(version)
  refuseUnsupported(input)
  const payload = checkPayload(type, input.Payload)
  const clientContext = readClientContext(input.ClientContext)
  if (type === 'RequestResponse' && isEndless(context.traceHeader) && endsLoops(context.store, version))
    throw recursiveInvocation()
  const request = {
    requestId: context.requestId,
    payload,
    invokedFunctionArn: functionArn(context.place, context.address),
    traceHeader: context.traceHeader,
    ...(clientContext !== undefined && { clientContext }),
    wantsLogTail: input.LogType === 'Tail',
  }
  return { version, request }
}

function refuseUnsupported(input: Input): void {
  if (input.TenantId !== undefined) {
    throw invalidParameter(
      'The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request and try again.',
    )
  }
  if ('DurableExecutionName' in input && input.DurableExecutionName !== undefined)
    throw notSupportedYet('DurableExecutionName')
}
