/**
 * Reads HTTP/1.1 requests from chunks of bytes, by hand, because this is the hot path: our own runtimes send a response
 * and the following `next` as one chunk, whose body is passed on as a view without being copied.
 */
export interface RequestHead {
  readonly method: string
  readonly path: string
  /** The value of a header by its lower-case name. */
  readonly header: (name: string) => string | undefined
  /** The client asks for nothing more on this connection, and waits for its end. */
  readonly isLast: () => boolean
}

export interface RequestHandler {
  /** The head is complete. Returns the most body bytes to keep; beyond them the body is read past and `body` is undefined. */
  begin(head: RequestHead): number
  end(head: RequestHead, body: Buffer | undefined): void
  /** No request can be read from this connection any more. */
  fail(reason: 'malformed' | 'head-too-large'): void
}

/** Far above what any runtime sends: the longest header is the X-Ray cause with at most 64 KB. */
const MOST_HEAD_BYTES = 128 * 1024
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
    const limit = this.#handler.begin(head)
    const bodyStart = end + 4
    // The usual case: the whole body is here already.
    if (typeof length === 'number' && length <= limit && bodyStart + length <= bytes.length) {
      this.#handler.end(head, length === 0 ? NOTHING : bytes.subarray(bodyStart, bodyStart + length))
      return bodyStart + length
    }
    this.#head = head
    this.#body = length === 'chunked' ? new ChunkedBody(limit) : new SizedBody(length, limit)
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
      this.#handler.end(head, body.whole())
    }
    return next
  }
}

interface BodyReader {
  readonly isDone: boolean
  readonly isBroken: boolean
  /** Returns the position after what was used, or -1 to see the same bytes again with more behind them. */
  read(bytes: Buffer, start: number): number
  whole(): Buffer | undefined
}

class SizedBody implements BodyReader {
  readonly isBroken = false
  readonly #length: number
  readonly #bytes: Buffer | undefined
  #filled = 0

  constructor(length: number, limit: number) {
    this.#length = length
    this.#bytes = length <= limit ? Buffer.allocUnsafe(length) : undefined
  }

  get isDone(): boolean {
    return this.#filled === this.#length
  }

  read(bytes: Buffer, start: number): number {
    const end = Math.min(bytes.length, start + this.#length - this.#filled)
    if (this.#bytes) bytes.copy(this.#bytes, this.#filled, start, end)
    this.#filled += end - start
    return end
  }

  whole(): Buffer | undefined {
    return this.#bytes
  }
}

class ChunkedBody implements BodyReader {
  isDone = false
  isBroken = false
  readonly #limit: number
  readonly #parts: Buffer[] = []
  #size = 0
  /** Bytes of the present chunk still to come, its final CR LF included; 0 before a size line. */
  #remaining = 0
  #isInTrailers = false

  constructor(limit: number) {
    this.#limit = limit
  }

  read(bytes: Buffer, start: number): number {
    if (this.#remaining > 0) return this.#readData(bytes, start)
    const end = bytes.indexOf('\r\n', start, 'latin1')
    if (end < 0) {
      if (bytes.length - start > MOST_HEAD_BYTES) this.isBroken = true
      return -1
    }
    const line = bytes.toString('latin1', start, end)
    if (this.#isInTrailers) this.isDone = line === ''
    else this.#startChunk(line)
    return end + 2
  }

  whole(): Buffer | undefined {
    return this.#size > this.#limit ? undefined : Buffer.concat(this.#parts)
  }

  #startChunk(line: string): void {
    const match = /^([0-9a-f]{1,8})\s*(;|$)/i.exec(line)
    const size = match ? Number.parseInt(match[1] ?? '', 16) : Number.NaN
    if (Number.isNaN(size)) this.isBroken = true
    else if (size === 0) this.#isInTrailers = true
    else this.#remaining = size + 2
  }

  #readData(bytes: Buffer, start: number): number {
    const end = Math.min(bytes.length, start + this.#remaining)
    const dataEnd = Math.min(end, start + this.#remaining - 2)
    if (dataEnd > start) {
      this.#size += dataEnd - start
      // Copied: a view would keep whole network buffers alive for as long as the body grows.
      if (this.#size <= this.#limit) this.#parts.push(Buffer.from(bytes.subarray(start, dataEnd)))
      else this.#parts.length = 0
    }
    this.#remaining -= end - start
    return end
  }
}

function parseHead(text: string): RequestHead | undefined {
  const methodEnd = text.indexOf(' ')
  const pathEnd = text.indexOf(' ', methodEnd + 1)
  const lineEnd = text.indexOf('\r\n')
  if (methodEnd <= 0 || pathEnd < 0 || pathEnd > lineEnd || !text.startsWith('HTTP/1.', pathEnd + 1)) return undefined
  let lower: string | undefined
  function header(name: string): string | undefined {
    // A head without headers, which is how our own runtimes ask for the next event, needs no search.
    if (text.length === lineEnd + 2) return undefined
    lower ??= text.toLowerCase()
    const at = lower.indexOf(`\r\n${name}:`)
    if (at < 0) return undefined
    const start = at + name.length + 3
    return text.slice(start, text.indexOf('\r\n', start)).trim()
  }
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
