import type { LogSink } from '#base'
import { LogTail, NO_TAIL } from './log-tail.ts'
import type { Line } from './platform-log/platform-lines.ts'

/** Writes an environment's log stream, and keeps the end of what belongs to an invocation whose caller wants it. */
export interface LogStream {
  append(message: Line): void
  startTail(requestId: string): void
  endTail(requestId: string): Buffer
}

/** Of an environment that runs one at a time: everything from its start to its end is the invocation's. */
export class InvocationLog implements LogStream {
  readonly #sink: LogSink
  #tail: LogTail | undefined

  constructor(sink: LogSink) {
    this.#sink = sink
  }

  append(message: Line): void {
    if (message === undefined) return
    this.#sink.append(Date.now(), message)
    this.#tail?.append(message)
  }

  startTail(): void {
    this.#tail = new LogTail()
  }

  endTail(): Buffer {
    const bytes = this.#tail?.bytes() ?? NO_TAIL
    this.#tail = undefined
    return bytes
  }
}
