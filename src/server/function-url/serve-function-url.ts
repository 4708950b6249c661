import { newUuid } from '#base'
import { type InvocationResult, resolveVersion, traceHeaderFor } from '#invocation'
import { ApiError, accessDeniedException } from '#model'
import {
  createUrlEvent,
  encodeRestError,
  type FunctionUrlTarget,
  type HttpRequest,
  type HttpResponse,
  headerOf,
  readUrlResponse,
} from '#protocol'
import {
  type FunctionUrl,
  type FunctionVersion,
  isInvocable,
  LATEST,
  notInvocable,
  payloadLimitBytes,
  payloadTooLarge,
  urlFunctionArn,
} from '#resources'
import { asApiError } from '../as-api-error.ts'
import { recordOfDenial } from '../audit/audit-record.ts'
import type { Running } from '../running.ts'
import { authorizeUrlRequest, forbidden } from './authorize-url-request.ts'
import { answerUrlPreflight, withCrossOrigin } from './cross-origin.ts'
import { streamedResponse } from './streamed-response.ts'

/** The whole life of a request to a function URL. */
export async function serveFunctionUrl(
  request: HttpRequest,
  target: FunctionUrlTarget,
  running: Running,
): Promise<HttpResponse> {
  const requestId = newUuid()
  const url = findUrl(target, running)
  const traceHeader = traceHeaderFor(headerOf(request, 'x-amzn-trace-id'), running.clock.now(), url ?? NOBODY)
  const response = url
    ? (answerUrlPreflight(request, url) ?? (await answer(request, { target, url, requestId, traceHeader }, running)))
    : encodeRestError(nobodyThere(target, running))
  const headers = { ...response.headers, 'x-amzn-RequestId': requestId, 'X-Amzn-Trace-Id': traceHeader }
  return { ...response, headers }
}

const NOBODY = { account: '', functionName: '' }

interface UrlRequest {
  readonly target: FunctionUrlTarget
  readonly url: FunctionUrl
  readonly requestId: string
  readonly traceHeader: string
}

function findUrl(
  { urlId, region }: FunctionUrlTarget,
  { services: { store }, place }: Running,
): FunctionUrl | undefined {
  return (region ?? place.region) === place.region ? store.functionUrls.withId(urlId) : undefined
}

/** A URL that went with its alias is answered as if the caller were not allowed. */
const nobodyThere = ({ urlId }: FunctionUrlTarget, { services: { store } }: Running): ApiError =>
  store.functionUrls.wasOfAlias(urlId) ? forbidden() : accessDeniedException(null)

async function answer(request: HttpRequest, of: UrlRequest, running: Running): Promise<HttpResponse> {
  try {
    return withCrossOrigin(await invoke(request, of, running), request, of.url)
  } catch (error) {
    const { requestId } = of
    const operation = 'lambda:InvokeFunctionUrl'
    const refusal = asApiError(error, { requestId, operation }, running.log)
    const resource = urlFunctionArn(running.place, of.url)
    const denial = recordOfDenial({ request, requestId, operation, question: { action: operation, resource } }, refusal)
    if (denial) running.audit.append(denial)
    return withCrossOrigin(encodeRestError(refusal), request, of.url)
  }
}

// AWS answers the others itself.
const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])

async function invoke(request: HttpRequest, of: UrlRequest, running: Running): Promise<HttpResponse> {
  const { target, url, requestId, traceHeader } = of
  if (!METHODS.has(request.method)) throw new ApiError('BadRequestException', 400, { Message: 'Bad Request' })
  const caller = await authorizeUrlRequest(request, url, running)
  const { qualifier, ...unqualified } = url
  const version = await resolveVersion(running.services.store, qualifier === LATEST ? unqualified : url)
  if (!version) throw nobodyThere(target, running)
  const event = createUrlEvent(request, {
    ...namesOf(target, running),
    requestId,
    traceHeader,
    nowMs: running.clock.now(),
    caller,
    organizationId: running.organizationId,
  })
  const wantsStream = url.invokeMode === 'RESPONSE_STREAM'
  const result = await running.services.invocations.invoke(expectActive(version), {
    requestId,
    payload: expectSize(Buffer.from(JSON.stringify(event))),
    invokedFunctionArn: urlFunctionArn(running.place, url),
    traceHeader,
    wantsLogTail: false,
    wantsStream,
  })
  return (await (wantsStream ? streamedResponse(result) : bufferedResponse(result))) ?? badGateway
}

const bufferedResponse = (result: InvocationResult) =>
  result.functionError ? undefined : readUrlResponse(result.payload)

/** A URL that is named by its path is told of the host that it has as well. */
const namesOf = ({ urlId, domainName, rawPath }: FunctionUrlTarget, { place }: Running) => ({
  urlId,
  domainName: domainName ?? `${urlId}.lambda-url.${place.region}.localhost`,
  rawPath,
})

function expectActive(version: FunctionVersion): FunctionVersion {
  if (!isInvocable(version)) throw notInvocable(version)
  return version
}

/** The limit is that of any synchronous invocation, and counts the event: a body in base64 takes a third more. */
function expectSize(payload: Buffer): Buffer {
  const type = 'RequestResponse'
  if (payload.length > payloadLimitBytes(type)) throw payloadTooLarge(payload.length, type)
  return payload
}

/** The function failed, or answered what cannot be an answer. */
const badGateway: HttpResponse = {
  status: 502,
  headers: { 'Content-Type': 'application/json' },
  body: 'Internal Server Error',
}
