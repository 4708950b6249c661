import { type Fields, fieldsIn, MOST_HEAD_BYTES, NO_FIELDS } from './header-fields.ts'

/** Takes a body part by part, as it arrives; parts are views into what was read from the network. */
export interface BodySink {
  write(part: Buffer): void
}

export interface BodyReader {
  readonly isDone: boolean
  readonly isBroken: boolean
  /** Returns the position after what was used, or -1 to see the same bytes again with more behind them. */
  read(bytes: Buffer, start: number): number
  whole(): Buffer | undefined
  trailer(): Fields
}

export class SizedBody implements BodyReader {
  readonly isBroken = false
  readonly #length: number
  readonly #sink: BodySink | undefined
  readonly #bytes: Buffer | undefined
  #filled = 0

  constructor(length: number, keep: number | BodySink) {
    this.#length = length
    if (typeof keep !== 'number') this.#sink = keep
    else if (length <= keep) this.#bytes = Buffer.allocUnsafe(length)
  }

  get isDone(): boolean {
    return this.#filled === this.#length
  }

  read(bytes: Buffer, start: number): number {
    const end = Math.min(bytes.length, start + this.#length - this.#filled)
    if (this.#bytes) bytes.copy(this.#bytes, this.#filled, start, end)
    else if (end > start) this.#sink?.write(bytes.subarray(start, end))
    this.#filled += end - start
    return end
  }

  whole(): Buffer | undefined {
    return this.#bytes
  }

  trailer(): Fields {
    return NO_FIELDS
  }
}

export class ChunkedBody implements BodyReader {
  isDone = false
  isBroken = false
  readonly #sink: BodySink
  readonly #kept: KeptParts | undefined
  /** Bytes of the present chunk still to come, its final CR LF included; 0 before a size line. */
  #remaining = 0
  #isInTrailers = false
  /** In the form of a head's lines, each behind a line break. */
  #trailers = ''

  constructor(keep: number | BodySink) {
    if (typeof keep === 'number') this.#sink = this.#kept = new KeptParts(keep)
    else this.#sink = keep
  }

  read(bytes: Buffer, start: number): number {
    if (this.#remaining > 0) return this.#readData(bytes, start)
    const end = bytes.indexOf('\r\n', start, 'latin1')
    if (end < 0) {
      if (bytes.length - start > MOST_HEAD_BYTES) this.isBroken = true
      return -1
    }
    const line = bytes.toString('latin1', start, end)
    if (this.#isInTrailers) this.#addTrailer(line)
    else this.#startChunk(line)
    return end + 2
  }

  whole(): Buffer | undefined {
    return this.#kept?.whole()
  }

  trailer(): Fields {
    return this.#trailers === '' ? NO_FIELDS : fieldsIn(`${this.#trailers}\r\n`, 0)
  }

  #addTrailer(line: string): void {
    this.isDone = line === ''
    this.#trailers += line === '' ? '' : `\r\n${line}`
    this.isBroken = this.#trailers.length > MOST_HEAD_BYTES
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
    if (dataEnd > start) this.#sink.write(bytes.subarray(start, dataEnd))
    this.#remaining -= end - start
    return end
  }
}

/** A body of unknown length, up to a limit. */
class KeptParts implements BodySink {
  readonly #limit: number
  readonly #parts: Buffer[] = []
  #size = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  write(part: Buffer): void {
    this.#size += part.length
    // Copied: a view would keep whole network buffers alive for as long as the body grows.
    if (this.#size <= this.#limit) this.#parts.push(Buffer.from(part))
    else this.#parts.length = 0
  }

  whole(): Buffer | undefined {
    return this.#size > this.#limit ? undefined : Buffer.concat(this.#parts)
  }
}
