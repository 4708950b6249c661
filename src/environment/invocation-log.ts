import type { LogSink } from '#base'
import type { Line } from './platform-log/platform-lines.ts'

/** How much of an invocation's log the caller can ask for. */
const TAIL_BYTES = 4096

/** Writes an environment's log stream, and keeps the end of one invocation's part when the caller wants it. */
export class InvocationLog {
  readonly #sink: LogSink
  #tail: string[] | undefined
  #tailLength = 0

  constructor(sink: LogSink) {
    this.#sink = sink
  }

  append(message: Line): void {
    if (message === undefined) return
    this.#sink.append(Date.now(), message)
    if (this.#tail !== undefined) this.#keep(this.#tail, message)
  }

  startTail(): void {
    this.#tail = []
    this.#tailLength = 0
  }

  endTail(): Buffer {
    const bytes = Buffer.from((this.#tail ?? []).map((line) => `${line}\n`).join(''))
    this.#tail = undefined
    return bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES))
  }

  #keep(tail: string[], message: string): void {
    tail.push(message.length > TAIL_BYTES ? message.slice(-TAIL_BYTES) : message)
    this.#tailLength += message.length + 1
    // A character is at least a byte, so what lies this far back is not needed.
    while (this.#tailLength - ((tail[0]?.length ?? 0) + 1) > TAIL_BYTES)
      this.#tailLength -= (tail.shift()?.length ?? 0) + 1
  }
}
