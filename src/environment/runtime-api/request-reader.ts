import { type Fields, fieldsIn, MOST_HEAD_BYTES, NO_FIELDS } from './header-fields.ts'
import { type BodyReader, type BodySink, ChunkedBody, SizedBody } from './request-body.ts'

/**
 * Reads HTTP/1.1 requests from chunks of bytes, by hand, because this is the hot path: our own runtimes send a response
 * and the following `next` as one chunk, whose body is passed on as a view without being copied.
 */
export interface RequestHead {
  readonly method: string
  readonly path: string
  /** The value of a header by its lower-case name. */
  readonly header: Fields
  /** The client asks for nothing more on this connection, and waits for its end. */
  readonly isLast: () => boolean
}

export interface RequestHandler {
  /**
   * The head is complete. Returns the most body bytes to keep, beyond which the body is read past and `body` is
   * undefined; or who takes the body as it arrives, and then it is undefined too.
   */
  begin(head: RequestHead): number | BodySink
  end(head: RequestHead, body: Buffer | undefined, trailer: Fields): void
  /** No request can be read from this connection any more. */
  fail(reason: 'malformed' | 'head-too-large'): void
}

const NOTHING = Buffer.alloc(0)

export class RequestReader {
  readonly #handler: RequestHandler
  #unread: Buffer | undefined
  #head: RequestHead | undefined
  #body: BodyReader | undefined

  constructor(handler: RequestHandler) {
    this.#handler = handler
  }

  read(chunk: Buffer): void {
    let bytes = chunk
    if (this.#unread !== undefined) {
      bytes = Buffer.concat([this.#unread, chunk])
      this.#unread = undefined
    }
    let position = 0
    while (position < bytes.length || this.#body?.isDone) {
      const next =
        this.#body === undefined ? this.#readHead(bytes, position) : this.#readBody(this.#body, bytes, position)
      if (next < 0) {
        this.#unread = position === 0 ? bytes : bytes.subarray(position)
        return
      }
      position = next
    }
  }

  #readHead(bytes: Buffer, start: number): number {
    const end = bytes.indexOf('\r\n\r\n', start, 'latin1')
    if (end < 0) {
      if (bytes.length - start > MOST_HEAD_BYTES) this.#handler.fail('head-too-large')
      return -1
    }
    const head = parseHead(bytes.toString('latin1', start, end + 2))
    if (head === undefined) {
      this.#handler.fail('malformed')
      return bytes.length
    }
    const length = bodyLength(head)
    if (length === 'invalid') {
      this.#handler.fail('malformed')
      return bytes.length
    }
    const keep = this.#handler.begin(head)
    const bodyStart = end + 4
    // The usual case: the whole body is here already.
    if (
      typeof length === 'number' &&
      bodyStart + length <= bytes.length &&
      typeof keep === 'number' &&
      length <= keep
    ) {
      this.#handler.end(head, length === 0 ? NOTHING : bytes.subarray(bodyStart, bodyStart + length), NO_FIELDS)
      return bodyStart + length
    }
    this.#head = head
    this.#body = length === 'chunked' ? new ChunkedBody(keep) : new SizedBody(length, keep)
    return bodyStart
  }

  #readBody(body: BodyReader, bytes: Buffer, start: number): number {
    const next = body.read(bytes, start)
    if (body.isBroken) {
      this.#handler.fail('malformed')
      return bytes.length
    }
    if (body.isDone && this.#head !== undefined) {
      const head = this.#head
      this.#head = undefined
      this.#body = undefined
      this.#handler.end(head, body.whole(), body.trailer())
    }
    return next
  }
}

function parseHead(text: string): RequestHead | undefined {
  const methodEnd = text.indexOf(' ')
  const pathEnd = text.indexOf(' ', methodEnd + 1)
  const lineEnd = text.indexOf('\r\n')
  if (methodEnd <= 0 || pathEnd < 0 || pathEnd > lineEnd || !text.startsWith('HTTP/1.', pathEnd + 1)) return undefined
  // A head without headers, which is how our own runtimes ask for the next event, needs no search.
  const header = text.length === lineEnd + 2 ? NO_FIELDS : fieldsIn(text, lineEnd)
  return {
    method: text.slice(0, methodEnd),
    path: text.slice(methodEnd + 1, pathEnd),
    header,
    isLast: () => text[lineEnd - 1] === '0' || header('connection')?.toLowerCase() === 'close',
  }
}

function bodyLength(head: RequestHead): number | 'chunked' | 'invalid' {
  const encoding = head.header('transfer-encoding')
  const length = head.header('content-length')
  if (encoding !== undefined)
    return encoding.toLowerCase() === 'chunked' && length === undefined ? 'chunked' : 'invalid'
  if (length === undefined) return 0
  return /^\d{1,12}$/.test(length) ? Number(length) : 'invalid'
}
