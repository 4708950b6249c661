/** How much of an invocation's log the caller can ask for. */
const TAIL_BYTES = 4096

/** The end of a log, of which nobody knows yet where it will be. */
export class LogTail {
  readonly #lines: string[] = []
  #length = 0

  append(message: string): void {
    this.#lines.push(message.length > TAIL_BYTES ? message.slice(-TAIL_BYTES) : message)
    this.#length += message.length + 1
    // A character is at least a byte, so what lies this far back is not needed.
    while (this.#length - ((this.#lines[0]?.length ?? 0) + 1) > TAIL_BYTES)
      this.#length -= (this.#lines.shift()?.length ?? 0) + 1
  }

  bytes(): Buffer {
    const bytes = Buffer.from(this.#lines.map((line) => `${line}\n`).join(''))
    return bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES))
  }
}

export const NO_TAIL = Buffer.alloc(0)
