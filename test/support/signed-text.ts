import { signRequest } from '#auth'
import type { RawRequest } from './raw.ts'
import type { Credentials, TestServer } from './server.ts'

/** A request as it goes over the wire. */
export interface RequestText {
  /** Method, target and version. */
  readonly line: string
  /** Each `name: value`. */
  readonly headers: readonly string[]
  readonly body: string
}

/** Signed, with its length; in Latin-1, a character for each byte. */
export function signedText(
  server: TestServer,
  { method, path, headers = {}, body = '' }: RawRequest,
  credentials: Credentials = server.credentials,
  service = 'lambda',
): RequestText {
  const [rawPath = '/', rawQuery = ''] = path.split('?')
  const bytes = Buffer.from(body)
  const request = { method, rawPath, rawQuery, headers: { ...headers, host: new URL(server.url).host }, body: bytes }
  const signed = signRequest(request, credentials, { region: server.region, service }, Date.now())
  const lines = Object.entries({ ...signed, 'content-length': String(bytes.length) })
  return {
    line: `${method} ${path} HTTP/1.1`,
    headers: lines.map(([name, value]) => `${name}: ${value}`),
    body: bytes.toString('latin1'),
  }
}

export const textOf = ({ line, headers, body }: RequestText): string =>
  `${[line, ...headers].join('\r\n')}\r\n\r\n${body}`
