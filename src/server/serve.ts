import { authenticate, authorize, type Caller, createRequestContext, decide, type RequestFacts } from '#auth'
import { newUuid } from '#base'
import { traceHeaderFor } from '#invocation'
import { ApiError, type Operation, ServiceException } from '#model'
import type { RequestContext } from '#operations'
import { type HttpRequest, type HttpResponse, headerOf, matchCall, type ServiceCall } from '#protocol'
import { type FunctionAddress, type FunctionVersion, LATEST } from '#resources'
import { answerPreflight, crossOriginHeaders } from './cors.ts'
import { type Dispatch, dispatcherOf } from './dispatch.ts'
import { tagsIn } from './request-tags.ts'
import type { Running } from './running.ts'

/** The whole life of a request, from plain value to plain value. */
export async function serve(request: HttpRequest, running: Running): Promise<HttpResponse> {
  const requestId = newUuid()
  const early = answerPreflight(request) ?? running.codeDownload.answer(request, running.clock.now())
  if (early) return withCommonHeaders(await early, request, requestId)
  const call = matchCall(request)
  try {
    const authenticated = authenticateCaller(request, call, running)
    const caller = authenticated instanceof Promise ? await authenticated : authenticated
    noteUse(caller, call, running)
    const operation = expectOperation(call)
    const dispatch = dispatcherOf(call.service, operation)
    const input = call.decodeInput()
    const context = createContext(request, requestId, caller, running, dispatch, input)
    const unknownTags = caller.kind === 'root' ? undefined : loadTags(context)
    if (unknownTags) await unknownTags
    const question = dispatch.authorization(input, context)
    if (question) context.authorize(question.action, question.resource, question.keys)
    const output = await dispatch.handle(input, context)
    return withCommonHeaders(call.encodeOutput(output, requestId), request, requestId, context.traceHeader)
  } catch (error) {
    return withCommonHeaders(
      call.encodeError(asApiError(error, call, requestId, running), requestId),
      request,
      requestId,
    )
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

function createContext(
  request: HttpRequest,
  requestId: string,
  caller: Caller,
  running: Running,
  dispatch: Dispatch,
  input: Record<string, unknown>,
): RequestContext {
  const address = dispatch.addressOf(running.place, caller.account, input)
  const question = (action: string, resource: string, keys: RequestFacts['keys']) => {
    const facts = {
      principal: caller,
      nowMs: running.clock.now(),
      secure: request.secure,
      sourceIp: request.sourceIp,
      region: running.place.region,
      userAgent: headerOf(request, 'user-agent'),
      // Looked up only for a policy that asks.
      get resourceTags() {
        return latestOf(running, address)?.tags
      },
      get requestTags() {
        return tagsIn(input.Tags)
      },
      tagKeys: input.TagKeys as readonly string[] | undefined,
      keys,
    }
    return { principal: caller, action, resource, context: createRequestContext(facts) }
  }
  return {
    ...running.services,
    caller,
    requestId,
    address,
    baseUrl: `${request.secure ? 'https' : 'http'}://${headerOf(request, 'host') ?? running.authority}`,
    traceHeader: dispatch.isTraced ? traceHeaderFor(headerOf(request, 'x-amzn-trace-id'), running.clock.now()) : '',
    authorize: (action, resource, keys) => authorize(question(action, resource, keys)),
    decide: (action, resource, keys, policy) => decide(question(action, resource, keys), policy),
  }
}

/** Policies may ask for the tags of the function, which are with `$LATEST`; undefined when memory has them. */
function loadTags({ store, address }: RequestContext): Promise<unknown> | undefined {
  const isKnown =
    address.functionName === '' || store.functions.peek(address.account, address.functionName, LATEST) !== 'unknown'
  return isKnown ? undefined : store.functions.find(address.account, address.functionName, LATEST)
}

function latestOf({ services }: Running, { account, functionName }: FunctionAddress): FunctionVersion | undefined {
  const known = services.store.functions.peek(account, functionName, LATEST)
  return known === 'unknown' ? undefined : known
}

/** What is not meant for the caller is a bug: the caller gets a 500, the log gets the cause. */
function asApiError(error: unknown, call: ServiceCall, requestId: string, running: Running): ApiError {
  if (error instanceof ApiError) return error
  running.log.error('a request failed', {
    requestId,
    operation: call.operation instanceof ApiError ? undefined : call.operation.name,
    cause: error,
  })
  return new ServiceException({ Type: 'Service', Message: 'An internal error occurred. Please retry the request.' })
}

function withCommonHeaders(
  response: HttpResponse,
  request: Pick<HttpRequest, 'headers'>,
  requestId: string,
  traceHeader = '',
): HttpResponse {
  const headers: Record<string, string> = {
    'x-amzn-RequestId': requestId,
    ...response.headers,
    ...crossOriginHeaders(request),
  }
  if (traceHeader !== '') {
    headers['X-Amzn-Trace-Id'] = traceHeader
    headers['x-amzn-Remapped-Content-Length'] = '0'
  }
  return { ...response, headers }
}
