import { signRequest } from '#auth'
import { type Credentials, REGION } from '../server/lambent-server.ts'

/** An HTTP request that may be sent again and again. */
export interface PlainRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** A small event, as services send it. */
export const EVENT = JSON.stringify({ detail: { orderId: 'c0ffee', items: [1, 2, 3] }, source: 'bench' })

/** An event of this size. */
export const eventOf = (bytes: number) => JSON.stringify({ filling: 'x'.repeat(bytes - '{"filling":""}'.length) })

const JSON_HEADERS = { 'Content-Type': 'application/json' }

/** Of the yardstick: nothing but the event. */
export const plainRequest = (url: string, event?: object): PlainRequest => ({
  method: 'POST',
  url,
  headers: JSON_HEADERS,
  body: event ? JSON.stringify(event) : EVENT,
})

export const streamRequest = (serverUrl: string, functionName: string, event: object): PlainRequest =>
  plainRequest(`${serverUrl}/2021-11-15/functions/${functionName}/response-streaming-invocations`, event)

export const invokeRequest = (
  serverUrl: string,
  functionName: string,
  type: 'RequestResponse' | 'Event',
  body = EVENT,
): PlainRequest => ({
  method: 'POST',
  url: `${serverUrl}/2015-03-31/functions/${functionName}/invocations`,
  headers: { ...JSON_HEADERS, 'X-Amz-Invocation-Type': type },
  body,
})

/** Valid for five minutes from now. */
export function signed(request: PlainRequest, credentials: Credentials): PlainRequest {
  const { host, pathname, search } = new URL(request.url)
  const { method, headers, body } = request
  const toSign = {
    method,
    rawPath: pathname,
    rawQuery: search.slice(1),
    headers: { ...headers, Host: host },
    ...(body !== undefined && { body: Buffer.from(body) }),
  }
  return { ...request, headers: signRequest(toSign, credentials, { region: REGION, service: 'lambda' }, Date.now()) }
}
