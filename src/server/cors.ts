import { type HttpRequest, type HttpResponse, headerOf } from '#protocol'

const EXPOSED = 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date,x-amz-log-result,x-amz-function-error'

/** Browsers ask before they call; AWS answers without authentication, and refuses a question without an origin. */
export function answerPreflight(request: HttpRequest): HttpResponse | undefined {
  if (request.method !== 'OPTIONS') return undefined
  if (headerOf(request, 'origin') === undefined) return { status: 403, headers: {} }
  return {
    status: 200,
    headers: {
      ...crossOriginHeaders(request),
      'access-control-allow-headers': headerOf(request, 'access-control-request-headers') ?? '',
      'access-control-allow-methods': headerOf(request, 'access-control-request-method') ?? '',
      'access-control-max-age': '172800',
    },
  }
}

const none = {}

export function crossOriginHeaders(request: Pick<HttpRequest, 'headers'>): Readonly<Record<string, string>> {
  if (request.headers.origin === undefined) return none
  return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED }
}
