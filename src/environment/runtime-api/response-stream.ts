import type { InvocationResult, StreamedResponse } from '../environment-spec.ts'
import type { BodySink } from './request-body.ts'

/** AWS's limit of a streamed response: 200 MiB. */
export const MOST_STREAMED_BYTES = 209_715_200

/**
 * What is kept of a response that is produced faster than it is read. One read from the network may come on top; then
 * the runtime's socket is left alone, and the function waits in its own write.
 */
const WINDOW_BYTES = 128 * 1024

const DONE: IteratorResult<Buffer> = { done: true, value: undefined }

/** A response between the runtime, which writes it, and the one who reads it, once. */
export class ResponseStream implements BodySink, StreamedResponse {
  readonly contentType: string | undefined
  readonly end: Promise<InvocationResult>
  readonly #ending = Promise.withResolvers<InvocationResult>()
  readonly #onRoom: () => void
  #parts: Buffer[] = []
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
    const reader = this.#reader
    if (reader !== undefined) {
      this.#reader = undefined
      reader.resolve({ done: false, value: part })
    } else {
      this.#parts.push(part)
      this.#keptBytes += part.length
    }
  }

  /** The process has ended: what it has left in its socket, which is little, is taken at once. */
  liftLimit(): void {
    this.#hasLimit = false
    this.#onRoom()
  }

  /** Nothing more comes. */
  finish(result: InvocationResult): void {
    if (this.#state !== 'open') return
    this.#state = 'ended'
    this.#reader?.resolve(DONE)
    this.#ending.resolve(result)
  }

  /** Nothing more comes, and nobody can tell how it would have ended. */
  break(cause: Error): void {
    if (this.#state !== 'open') return
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
        this.#take()
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

  /** Everything that is there, as one: many small parts would cost many small writes. */
  #take(): Buffer {
    const [first, ...others] = this.#parts
    const taken = first !== undefined && others.length === 0 ? first : Buffer.concat(this.#parts, this.#keptBytes)
    const wasFull = this.isFull
    this.#parts = []
    this.#keptBytes = 0
    if (wasFull) this.#onRoom()
    return taken
  }
}
