import { authenticate, type Caller } from '#auth'
import { newUuid } from '#base'
import { traceHeaderFor } from '#invocation'
import { ApiError, type Operation } from '#model'
import type { RequestContext } from '#operations'
import {
  functionUrlTarget,
  type HttpRequest,
  type HttpResponse,
  headerOf,
  isStream,
  matchCall,
  type ServiceCall,
} from '#protocol'
import { findAddressed, findAddressedConfig } from './addressed.ts'
import { asApiError } from './as-api-error.ts'
import { type Audited, recordOfChange, recordOfDenial } from './audit/audit-record.ts'
import { type Asked, authorizerOf } from './authorizer.ts'
import { answerPreflight, crossOriginHeaders } from './cors.ts'
import { dispatcherOf } from './dispatch.ts'
import { serveFunctionUrl } from './function-url/serve-function-url.ts'
import type { Running } from './running.ts'

/** The whole life of a request, from plain value to plain value. */
export async function serve(request: HttpRequest, running: Running): Promise<HttpResponse> {
  const target = functionUrlTarget(request)
  if (target) return serveFunctionUrl(request, target, running)
  const requestId = newUuid()
  const early = answerPreflight(request) ?? running.codeDownload.answer(request, running.clock.now())
  if (early) return withCommonHeaders(await early, request, requestId)
  const call = matchCall(request)
  const audited: Audited = { request, requestId, operation: nameOf(call) }
  try {
    const authenticated = authenticateCaller(request, call, running)
    const caller = authenticated instanceof Promise ? await authenticated : authenticated
    audited.caller = caller
    noteUse(caller, call, running)
    const operation = expectOperation(call)
    const dispatch = dispatcherOf(call.service, operation)
    const input = call.decodeInput()
    const address = dispatch.addressOf(running.place, caller.account, input)
    const configArn = dispatch.configArnOf(input)
    const found =
      configArn === undefined
        ? findAddressed(running.services.store, address, caller)
        : findAddressedConfig(running.services.store, running.place, caller, configArn)
    const addressed = found instanceof Promise ? await found : found
    const context = createContext({ request, audited, caller, dispatch, input, address, addressed }, running)
    for (const { action, resource, keys } of dispatch.questions(input, context, addressed))
      context.authorize(action, resource, keys)
    const output = await dispatch.handle(input, context)
    if (dispatch.isMutation) running.audit.append(recordOfChange(audited))
    return withCommonHeaders(call.encodeOutput(output, requestId), request, requestId, context.traceHeader)
  } catch (error) {
    const refusal = asApiError(error, { requestId, operation: audited.operation }, running.log)
    const denial = recordOfDenial(audited, refusal)
    if (denial) running.audit.append(denial)
    return withCommonHeaders(call.encodeError(refusal, requestId), request, requestId)
  }
}

function noteUse({ useId }: Caller, { service }: ServiceCall, { services, place, clock }: Running): void {
  if (useId !== undefined)
    services.store.identities.lastUses.note(useId, clock.now(), service.signingName, place.region)
}

const NO_BODY = Buffer.alloc(0)

/** The answer to a request that is not looked at further, in the form of the service that it asks; the connection ends. */
export function refuse(head: Omit<HttpRequest, 'body'>, error: ApiError): HttpResponse {
  const requestId = newUuid()
  const call = matchCall({ ...head, body: NO_BODY })
  const { headers, ...response } = call.encodeError(error, requestId)
  return withCommonHeaders({ ...response, headers: { ...headers, Connection: 'close' } }, head, requestId)
}

function authenticateCaller(
  request: HttpRequest,
  { service }: ServiceCall,
  running: Running,
): Caller | Promise<Caller> {
  const expected = { region: running.place.region, service: service.signingName }
  const options = running.isEnforced
    ? ({ mode: 'iam', secure: request.secure } as const)
    : ({ mode: 'none', caller: running.directory.root } as const)
  return authenticate(request, expected, running.clock, running.lookUpIdentity, options)
}

function expectOperation({ operation }: ServiceCall): Operation {
  if (operation instanceof ApiError) throw operation
  return operation
}

function createContext(asked: Asked, running: Running): RequestContext {
  const { request, audited, caller, dispatch, address } = asked
  return {
    ...running.services,
    caller,
    requestId: audited.requestId,
    address,
    baseUrl: `${request.secure ? 'https' : 'http'}://${headerOf(request, 'host') ?? running.authority}`,
    traceHeader: dispatch.isTraced
      ? traceHeaderFor(headerOf(request, 'x-amzn-trace-id'), running.clock.now(), address)
      : '',
    ...authorizerOf(asked, running),
  }
}

/** Such as `lambda:Invoke`. */
const nameOf = ({ service, operation }: ServiceCall) =>
  operation instanceof ApiError ? undefined : `${service.signingName}:${operation.name}`

function withCommonHeaders(
  response: HttpResponse,
  request: Pick<HttpRequest, 'headers'>,
  requestId: string,
  traceHeader = '',
): HttpResponse {
  const headers: Record<string, string | string[]> = {
    'x-amzn-RequestId': requestId,
    ...response.headers,
    ...crossOriginHeaders(request),
  }
  if (traceHeader !== '') {
    headers['X-Amzn-Trace-Id'] = traceHeader
    if (!isStream(response.body)) headers['x-amzn-Remapped-Content-Length'] = '0'
  }
  return { ...response, headers }
}
