import { functionUrlTarget, type HttpRequest } from '#protocol'

/** Where a request came in. */
export interface Connection {
  readonly sourceIp: string
  readonly secure: boolean
}

// Node's own limit of a head; a longer one is Node's to refuse.
const MOST_HEAD_BYTES = 16_384
const PATH_START = 'POST /2015-03-31/functions/'
const PATH_END = '/invocations'
const VERSION = ' HTTP/1.1'
const LINE_END = '\r\n'
const HEAD_END = '\r\n\r\n'

// Everything but tab, printable characters and line ends, then a line end that is not a pair of CR and LF.
const UNPRINTABLE = /[^\t\r\n\x20-\x7e]|\r(?!\n)|(?<!\r)\n/
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const DIGITS = /^\d{1,6}$/

/** With any of these a request says more than that it wants an answer. */
const EXTRAORDINARY = new Set(['transfer-encoding', 'expect', 'upgrade', 'trailer', 'te', 'proxy-connection'])

/**
 * One whole synchronous or asynchronous invocation, when the chunk is exactly that and in the plainest form; undefined
 * for anything else, which is no judgement: Node's own parser decides on it.
 */
export function parsePlainInvocation(chunk: Buffer, connection: Connection): HttpRequest | undefined {
  const end = chunk.indexOf(HEAD_END, 0, 'latin1')
  if (end < 0 || end > MOST_HEAD_BYTES) return undefined
  const head = chunk.toString('latin1', 0, end + LINE_END.length)
  const lineEnd = head.indexOf(LINE_END)
  const targetEnd = lineEnd - VERSION.length
  if (!head.startsWith(PATH_START) || !head.startsWith(VERSION, targetEnd) || UNPRINTABLE.test(head)) return undefined
  const target = head.slice('POST '.length, targetEnd)
  const queryAt = target.indexOf('?')
  const rawPath = queryAt < 0 ? target : target.slice(0, queryAt)
  if (!rawPath.endsWith(PATH_END) || target.includes(' ')) return undefined
  const found = parseHeaders(head, lineEnd + LINE_END.length)
  if (found === undefined || found.bodyBytes !== chunk.length - end - HEAD_END.length) return undefined
  // To a function's URL it is a path like any other, and what the function answers may be anything.
  if (functionUrlTarget({ headers: found.headers, rawPath })) return undefined
  return {
    method: 'POST',
    rawPath,
    rawQuery: queryAt < 0 ? '' : target.slice(queryAt + 1),
    headers: found.headers,
    rawHeaders: found.rawHeaders,
    body: chunk.subarray(end + HEAD_END.length),
    sourceIp: connection.sourceIp,
    secure: connection.secure,
  }
}

interface Headers {
  readonly headers: Record<string, string>
  readonly rawHeaders: readonly string[]
  readonly bodyBytes: number
}

/** Each name once, with a host, a length, and a connection that stays. */
function parseHeaders(head: string, start: number): Headers | undefined {
  const headers: Record<string, string> = {}
  const rawHeaders: string[] = []
  for (let at = start; at < head.length; ) {
    const end = head.indexOf(LINE_END, at)
    const colon = head.indexOf(':', at)
    if (colon < 0 || colon > end) return undefined
    const rawName = head.slice(at, colon)
    const name = lowerCaseOf(rawName)
    if (name === undefined || name in headers) return undefined
    const value = head.slice(colon + 1, end).trim()
    rawHeaders.push(rawName, value)
    headers[name] = value
    at = end + LINE_END.length
  }
  const { host, connection, 'content-length': length } = headers
  const stays = connection === undefined || connection.toLowerCase() === 'keep-alive'
  if (host === undefined || !stays || length === undefined || !DIGITS.test(length)) return undefined
  return { headers, rawHeaders, bodyBytes: Number(length) }
}

// Clients send the same few names over and over; whoever sends others is parsed all the same.
const MOST_KNOWN_NAMES = 256
const knownNames = new Map<string, string>()

/** The name of an ordinary header, or undefined. */
function lowerCaseOf(rawName: string): string | undefined {
  const known = knownNames.get(rawName)
  if (known !== undefined) return known
  const name = rawName.toLowerCase()
  // What every object has would look as if it had been sent already.
  if (!TOKEN.test(rawName) || EXTRAORDINARY.has(name) || name in {}) return undefined
  if (knownNames.size < MOST_KNOWN_NAMES) knownNames.set(rawName, name)
  return name
}
