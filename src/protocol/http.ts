/** A request as it came from the socket, whole: the rest of the path needs no socket. */
export interface HttpRequest {
  readonly method: string
  /** The path as received, still percent-encoded, without the query. */
  readonly rawPath: string
  /** What follows the `?`, or ''. */
  readonly rawQuery: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Name, value, name, value, as received. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly sourceIp: string
  /** Arrived through TLS. */
  readonly secure: boolean
}

export interface HttpResponse {
  readonly status: number
  /** A list becomes a header for each. */
  readonly headers: Readonly<Record<string, string | string[]>>
  /**
   * A stream for a body that is too large to hold, with its `Content-Length` in the headers, or that is still being made.
   * It is always read, or told that it will not be: when it fails, the connection breaks off.
   */
  readonly body?: string | Buffer | BodyStream
}

/** Bytes as they come; what comes together may be in several pieces. */
export type BodyStream = AsyncIterable<Uint8Array | readonly Uint8Array[]>

export const isStream = (body: HttpResponse['body']): body is BodyStream =>
  typeof body === 'object' && !Buffer.isBuffer(body)

export function headerOf(request: Pick<HttpRequest, 'headers'>, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(',') : value
}
