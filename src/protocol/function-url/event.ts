import { isUtf8 } from 'node:buffer'
import { type HttpRequest, headerOf } from '../http.ts'
import { decodePercent, parseQuery } from '../url.ts'

/** What the event says beside the request itself. */
export interface UrlEventFacts {
  readonly urlId: string
  readonly domainName: string
  /** The function's part of the path, as received. */
  readonly rawPath: string
  readonly requestId: string
  readonly traceHeader: string
  readonly nowMs: number
  /** Who signed the request; undefined where nobody needs to. */
  readonly caller: UrlCaller | undefined
  /** The organization of whoever signed. */
  readonly organizationId: string | undefined
}

export interface UrlCaller {
  readonly accessKeyId: string
  readonly account: string
  readonly arn: string
  readonly userId: string
}

/** The event of a request to a function URL: AWS's payload format 2.0. */
export function createUrlEvent(request: HttpRequest, facts: UrlEventFacts): Record<string, unknown> {
  const query = [...parseQuery(request.rawQuery)].map(([name, values]) => [name, values.join(',')])
  const cookie = headerOf(request, 'cookie')
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: facts.rawPath,
    rawQueryString: request.rawQuery,
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    headers: eventHeaders(request, facts),
    ...(query.length > 0 && { queryStringParameters: Object.fromEntries(query) }),
    requestContext: requestContext(request, facts),
    ...eventBody(request),
  }
}

function requestContext(request: HttpRequest, facts: UrlEventFacts) {
  const { urlId, domainName, rawPath, requestId, nowMs, caller, organizationId = null } = facts
  return {
    accountId: caller?.account ?? 'anonymous',
    apiId: urlId,
    ...(caller && { authorizer: { iam: describeCaller(caller, organizationId) } }),
    domainName,
    domainPrefix: urlId,
    http: {
      method: request.method,
      path: decodePercent(rawPath),
      protocol: 'HTTP/1.1',
      sourceIp: sourceIpOf(request),
      userAgent: headerOf(request, 'user-agent'),
    },
    requestId,
    routeKey: '$default',
    stage: '$default',
    time: logTime(nowMs),
    timeEpoch: nowMs,
  }
}

const describeCaller = ({ accessKeyId, account, arn, userId }: UrlCaller, principalOrgId: string | null) => ({
  accessKey: accessKeyId,
  accountId: account,
  callerId: userId,
  cognitoIdentity: null,
  principalOrgId,
  userArn: arn,
  userId,
})

/** Names in lower case, repeated values joined; cookies stand elsewhere, and a signature is not the function's business. */
function eventHeaders(request: HttpRequest, { traceHeader, caller }: UrlEventFacts): Record<string, string> {
  const headers = new Map<string, string>()
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] ?? '').toLowerCase()
    const before = headers.get(name)
    const value = request.rawHeaders[at + 1] ?? ''
    headers.set(name, before === undefined ? value : `${before},${value}`)
  }
  headers.delete('cookie')
  if (caller) headers.delete('authorization')
  headers.set('x-amzn-trace-id', traceHeader.split(';')[0] ?? '')
  headers.set('x-forwarded-for', sourceIpOf(request))
  // AWS is always reached by https at 443. Here it is what the client used, so that links a function makes lead back.
  headers.set('x-forwarded-proto', request.secure ? 'https' : 'http')
  headers.set('x-forwarded-port', portOf(request))
  return Object.fromEntries(headers)
}

const portOf = (request: HttpRequest) =>
  /:(\d+)$/.exec(headerOf(request, 'host') ?? '')?.[1] ?? (request.secure ? '443' : '80')

/** An IPv4 address as such, also where the socket speaks both. */
const sourceIpOf = ({ sourceIp }: HttpRequest) => sourceIp.replace(/^::ffff:/, '')

const TEXT = /^text\/|json|xml|javascript/

/** Text as it is; anything else, forms too, in base64. */
function eventBody(request: HttpRequest) {
  const { body } = request
  if (body.length === 0) return { isBase64Encoded: false }
  const isText = TEXT.test(headerOf(request, 'content-type')?.toLowerCase() ?? '') && isUtf8(body)
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText }
}

/** `25/Nov/2026:02:26:54 +0000` */
function logTime(nowMs: number): string {
  const [, day, month, year, time] = new Date(nowMs).toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}
