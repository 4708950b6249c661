import { STATUS_CODES } from 'node:http'
import { type HttpResponse, isStream } from '#protocol'

// Below this, copying a body costs less than a second buffer in the write.
export const JOINED_BYTES = 16_384

/** What goes out for a response whose body is all here: Latin-1 text, and the body itself when it is long. */
export function encodePlainResponse(
  { status, headers, body }: HttpResponse,
  keepAliveMs: number,
  nowMs: number,
): readonly [string, Buffer?] {
  if (isStream(body)) throw new TypeError('a plain answer is not a stream')
  const mayHaveBody = status !== 204 && status !== 304
  const bytes = !mayHaveBody ? undefined : typeof body === 'string' ? Buffer.from(body) : body
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`
  for (const name in headers) head += linesOf(name, headers[name])
  if (mayHaveBody) head += `Content-Length: ${bytes?.length ?? 0}\r\n`
  if (headers.Connection === undefined)
    head += `Connection: keep-alive\r\nKeep-Alive: timeout=${keepAliveMs / 1000}\r\n`
  head += dateLineAt(nowMs)
  if (bytes === undefined) return [head]
  return bytes.length <= JOINED_BYTES ? [head + bytes.toString('latin1')] : [head, bytes]
}

const linesOf = (name: string, value: string | readonly string[] = ''): string =>
  typeof value === 'string' ? `${name}: ${value}\r\n` : value.map((one) => linesOf(name, one)).join('')

let dateSecond = 0
let dateLine = ''

/** The last header, with the empty line behind it. */
function dateLineAt(nowMs: number): string {
  const second = Math.floor(nowMs / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateLine = `Date: ${new Date(second * 1000).toUTCString()}\r\n\r\n`
  }
  return dateLine
}
