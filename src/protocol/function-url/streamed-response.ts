import { parseJsonBytes } from '#base'
import type { HttpResponse } from '../http.ts'
import { isObject, isSendable, readMetadata } from './response.ts'

/** Of a stream that begins with status, headers and cookies. */
const INTEGRATION_TYPE = 'application/vnd.awslambda.http-integration-response'
const DELIMITER = Buffer.alloc(8)
// AWS documents none. Browsers and proxies take far less of headers.
const MOST_PRELUDE_BYTES = 1_048_576
const OCTETS = { 'Content-Type': 'application/octet-stream' }

/**
 * The response that a function streams, once it is known how it begins; undefined where it cannot be an answer to the
 * client. Rejects as the stream does.
 */
export async function readUrlStream(
  contentType: string | undefined,
  stream: AsyncIterable<Buffer>,
): Promise<HttpResponse | undefined> {
  const parts = stream[Symbol.asyncIterator]()
  const first = await parts.next()
  // As at AWS, where nothing was written there is no prelude to miss.
  if (first.done) return { status: 200, headers: typeHeader(contentType), body: '' }
  if (!isIntegration(contentType))
    return { status: 200, headers: typeHeader(contentType), body: resumed(first.value, parts) }
  const prelude = await readPrelude(first.value, parts)
  const metadata = prelude && parseMetadata(prelude.json)
  if (metadata) return { ...metadata, body: resumed(prelude.rest, parts) }
  await parts.return?.()
  return undefined
}

const isIntegration = (contentType: string | undefined) => contentType?.toLowerCase() === INTEGRATION_TYPE

function typeHeader(contentType: string | undefined) {
  const isUsable = contentType !== undefined && !isIntegration(contentType) && isSendable('Content-Type', contentType)
  return isUsable ? { 'Content-Type': contentType } : OCTETS
}

/** What stands before the delimiter, and what has come already behind it. */
async function readPrelude(first: Buffer, parts: AsyncIterator<Buffer>) {
  let bytes = first
  for (;;) {
    const end = bytes.indexOf(DELIMITER)
    if (end >= 0) return { json: bytes.subarray(0, end), rest: bytes.subarray(end + DELIMITER.length) }
    if (bytes.length > MOST_PRELUDE_BYTES) return undefined
    const next = await parts.next()
    if (next.done) return undefined
    bytes = Buffer.concat([bytes, next.value])
  }
}

function parseMetadata(json: Buffer) {
  const parsed = parseJsonBytes(json)
  if ('problem' in parsed || !isObject(parsed.value)) return undefined
  return readMetadata({ statusCode: 200, ...parsed.value }, OCTETS)
}

/** Goes on with a stream of which one part has been read. */
async function* resumed(first: Buffer, parts: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (first.length > 0) yield first
    for (let next = await parts.next(); !next.done; next = await parts.next()) yield next.value
  } finally {
    await parts.return?.()
  }
}
