import type { LogSink } from '#base'
import type { LogStream } from './invocation-log.ts'
import { LogTail, NO_TAIL } from './log-tail.ts'
import type { Line } from './platform-log/platform-lines.ts'

/**
 * Of an environment whose invocations run side by side and share its output: what names an invocation is its own, and
 * nothing else is shown to its caller. All lines of the platform do, and of the JSON format those of runtimes.
 */
export class ConcurrentLog implements LogStream {
  readonly #sink: LogSink
  readonly #tails = new Map<string, LogTail>()

  constructor(sink: LogSink) {
    this.#sink = sink
  }

  append(message: Line): void {
    if (message === undefined) return
    this.#sink.append(Date.now(), message)
    for (const [requestId, tail] of this.#tails) if (message.includes(requestId)) tail.append(message)
  }

  startTail(requestId: string): void {
    this.#tails.set(requestId, new LogTail())
  }

  endTail(requestId: string): Buffer {
    const bytes = this.#tails.get(requestId)?.bytes() ?? NO_TAIL
    this.#tails.delete(requestId)
    return bytes
  }
}
