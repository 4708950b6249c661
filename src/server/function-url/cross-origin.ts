import { type HttpRequest, type HttpResponse, headerOf } from '#protocol'
import type { FunctionUrl } from '#resources'

type Cors = NonNullable<FunctionUrl['cors']>

/** A browser's question before its call. Where there are rules it is answered by them, and never reaches the function. */
export function answerUrlPreflight(request: HttpRequest, { cors }: FunctionUrl): HttpResponse | undefined {
  const isPreflight = request.method === 'OPTIONS' && headerOf(request, 'access-control-request-method') !== undefined
  if (!cors || !isPreflight) return undefined
  const allowed = allowedOrigin(request, cors)
  return {
    status: 200,
    headers: {
      ...originHeaders(allowed, cors),
      ...(allowed !== undefined && {
        ...listed('Access-Control-Allow-Methods', cors.AllowMethods),
        ...listed('Access-Control-Allow-Headers', cors.AllowHeaders),
        ...(cors.MaxAge !== undefined && { 'Access-Control-Max-Age': String(cors.MaxAge) }),
      }),
    },
  }
}

/** The rules are the only ones that hold: what the function says about other origins is left out. */
export function withCrossOrigin(response: HttpResponse, request: HttpRequest, { cors }: FunctionUrl): HttpResponse {
  if (!cors) return response
  const allowed = allowedOrigin(request, cors)
  const own = Object.entries(response.headers).filter(([name]) => !/^access-control-/i.test(name))
  return {
    ...response,
    headers: {
      ...Object.fromEntries(own),
      ...originHeaders(allowed, cors),
      ...(allowed !== undefined && listed('Access-Control-Expose-Headers', cors.ExposeHeaders)),
    },
  }
}

/** As the browser is told it; undefined when the origin may not, or is not given. */
function allowedOrigin(request: HttpRequest, { AllowOrigins = [], AllowCredentials }: Cors): string | undefined {
  const origin = headerOf(request, 'origin')
  if (origin === undefined) return undefined
  // Browsers take no wildcard together with credentials.
  if (AllowOrigins.includes('*')) return AllowCredentials ? origin : '*'
  return AllowOrigins.includes(origin) ? origin : undefined
}

function originHeaders(allowed: string | undefined, { AllowCredentials }: Cors): Record<string, string> {
  return {
    ...(allowed !== undefined && { 'Access-Control-Allow-Origin': allowed }),
    ...(allowed !== undefined && AllowCredentials && { 'Access-Control-Allow-Credentials': 'true' }),
    ...(allowed === '*' ? {} : { Vary: 'Origin' }),
  }
}

const listed = (name: string, values: readonly string[] | undefined) =>
  values && values.length > 0 ? { [name]: values.join(',') } : {}
