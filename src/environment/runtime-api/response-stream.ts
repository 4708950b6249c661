import type { InvocationResult, StreamedResponse } from '../environment-spec.ts'
import type { BodySink } from './request-body.ts'

/** AWS's limit of a streamed response: 200 MiB. */
export const MOST_STREAMED_BYTES = 209_715_200

/**
 * What is kept of a response that is produced faster than it is read. One read from the network may come on top; then
 * the runtime's socket is left alone, and the function waits in its own write.
 */
const WINDOW_BYTES = 128 * 1024

/** Parts are joined up to this size: each costs a write of its own, and a larger one costs more to copy. */
const MOST_JOINED_BYTES = 16 * 1024

/** So many parts become one while nobody reads: a part of one byte takes hundreds of bytes of memory. */
const MOST_PARTS = 64

const NOTHING = Buffer.alloc(0)
const DONE: IteratorResult<Buffer> = { done: true, value: undefined }

/** A response between the runtime, which writes it, and the one who reads it, once. */
export class ResponseStream implements BodySink, StreamedResponse {
  readonly contentType: string | undefined
  readonly end: Promise<InvocationResult>
  readonly #ending = Promise.withResolvers<InvocationResult>()
  readonly #onRoom: () => void
  readonly #parts: Buffer[] = []
  #keptBytes = 0
  #writtenBytes = 0
  #reader: PromiseWithResolvers<IteratorResult<Buffer>> | undefined
  #state: 'open' | 'ended' | 'broken' = 'open'
  #cause: Error | undefined
  #isUnwanted = false
  #hasLimit = true

  /** `onRoom` is called whenever more may be written after it was full. */
  constructor(contentType: string | undefined, onRoom: () => void) {
    this.contentType = contentType
    this.#onRoom = onRoom
    this.end = this.#ending.promise
    // Nobody has to wait for it.
    this.end.catch(() => {})
  }

  get writtenBytes(): number {
    return this.#writtenBytes
  }

  /** The writer should wait. */
  get isFull(): boolean {
    return this.#hasLimit && this.#keptBytes >= WINDOW_BYTES
  }

  // --- the runtime's side

  write(part: Buffer): void {
    if (this.#state !== 'open') return
    this.#writtenBytes += part.length
    if (this.#isUnwanted) return
    this.#keptBytes += part.length
    if (this.#parts.push(part) > MOST_PARTS) this.#parts.splice(0, MOST_PARTS + 1, Buffer.concat(this.#parts))
  }

  /** Hands over what has been written to who waits for it: once for each read from the network. */
  flush(): void {
    if (this.#reader === undefined || this.#keptBytes === 0) return
    this.#reader.resolve({ done: false, value: this.#take() })
    this.#reader = undefined
  }

  /** The process has ended: what it has left in its socket, which is little, is taken at once. */
  liftLimit(): void {
    this.#hasLimit = false
    this.#onRoom()
  }

  /** Nothing more comes. */
  finish(result: InvocationResult): void {
    if (this.#state !== 'open') return
    this.flush()
    this.#state = 'ended'
    this.#reader?.resolve(DONE)
    this.#ending.resolve(result)
  }

  /** Nothing more comes, and nobody can tell how it would have ended. */
  break(cause: Error): void {
    if (this.#state !== 'open') return
    this.flush()
    this.#state = 'broken'
    this.#cause = cause
    this.#reader?.reject(cause)
    this.#ending.reject(cause)
  }

  // --- the reader's side

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return {
      next: () => this.#next(),
      // Whoever stops reading does not stop the function: it goes on, and its output is dropped.
      return: async () => {
        this.#isUnwanted = true
        this.#remove(this.#parts.length, this.#keptBytes)
        return DONE
      },
    }
  }

  #next(): Promise<IteratorResult<Buffer>> {
    if (this.#keptBytes > 0) return Promise.resolve({ done: false, value: this.#take() })
    if (this.#state === 'broken') return Promise.reject(this.#cause)
    if (this.#state === 'ended' || this.#isUnwanted) return Promise.resolve(DONE)
    this.#reader = Promise.withResolvers()
    return this.#reader.promise
  }

  #take(): Buffer {
    const parts = this.#parts
    let [count, size] = [1, parts[0]?.length ?? 0]
    for (let next = parts[count]; next !== undefined && size + next.length <= MOST_JOINED_BYTES; next = parts[count]) {
      size += next.length
      count++
    }
    const [first = NOTHING, ...others] = this.#remove(count, size)
    return others.length === 0 ? first : Buffer.concat([first, ...others], size)
  }

  #remove(count: number, size: number): Buffer[] {
    const wasFull = this.isFull
    this.#keptBytes -= size
    const removed = this.#parts.splice(0, count)
    if (wasFull && !this.isFull) this.#onRoom()
    return removed
  }
}
