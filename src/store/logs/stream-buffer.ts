import type { Clock } from '#base'
import type { LogLimits } from './log-limits.ts'
import { encodeRecord } from './log-line.ts'

/** How much all buffers hold together. */
export interface PendingTotal {
  characters: number
}

/** The records of one stream that are not written yet. Appending is all that happens on the path of an invocation. */
export class StreamBuffer {
  readonly group: string
  readonly stream: string
  readonly #clock: Clock
  readonly #limits: LogLimits
  readonly #total: PendingTotal
  #lines: string[] = []
  #characters = 0
  #firstMs = 0
  #lastMs = 0
  #dropped = 0

  constructor(group: string, stream: string, clock: Clock, limits: LogLimits, total: PendingTotal) {
    this.group = group
    this.stream = stream
    this.#clock = clock
    this.#limits = limits
    this.#total = total
  }

  get characters(): number {
    return this.#characters
  }

  /**
   * Times of a stream never go back, so that its files are sorted: a record that claims to be older than the one
   * before it, or from the future, gets the nearest time that fits.
   */
  append(timestampMs: number, message: string): void {
    const now = this.#clock.now()
    const time = Math.max(Math.min(Math.trunc(timestampMs), now), this.#lastMs)
    if (this.#lines.length === 0) this.#firstMs = time
    this.#lastMs = time
    const line = encodeRecord(time, now, message)
    this.#lines.push(line)
    this.#grow(line.length)
    if (this.#isTooLarge()) this.#dropOldest()
  }

  /** All lines so far, with one that tells of those that had to go. */
  take(): Batch {
    const now = this.#clock.now()
    if (this.#dropped > 0)
      this.#lines.unshift(
        encodeRecord(this.#firstMs, now, `${this.#dropped} log records were dropped: the disk did not keep up.`),
      )
    const batch = { lines: this.#lines, firstMs: this.#firstMs, lastMs: this.#lastMs, ingestionMs: now }
    this.#lines = []
    this.#grow(-this.#characters)
    this.#dropped = 0
    return batch
  }

  /** These could not be written; the next batch will say so. */
  noteLost(records: number): void {
    this.#dropped += records
  }

  /** Half of them at once, so that each drop is paid for by many appends. */
  #dropOldest(): void {
    const gone = this.#lines.splice(0, Math.ceil(this.#lines.length / 2))
    this.#dropped += gone.length
    for (const line of gone) this.#grow(-line.length)
  }

  #grow(characters: number): void {
    this.#characters += characters
    this.#total.characters += characters
  }

  #isTooLarge(): boolean {
    const { maximumPendingCharacters, maximumTotalPendingCharacters } = this.#limits
    return this.#characters > maximumPendingCharacters || this.#total.characters > maximumTotalPendingCharacters
  }
}

export interface Batch {
  readonly lines: readonly string[]
  readonly firstMs: number
  readonly lastMs: number
  readonly ingestionMs: number
}
