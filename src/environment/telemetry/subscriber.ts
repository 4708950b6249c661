import { setTimeout as sleep } from 'node:timers/promises'
import type { Channel } from './destination.ts'
import type { Buffering } from './subscription.ts'

const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5000
/** What waits for an extension that does not keep up; twice the largest batch. Beyond it events are dropped and counted. */
const MOST_WAITING_BYTES = 2 * 1_048_576

/** Collects events into batches, and delivers them in order, each until it is taken. */
export class Subscriber {
  readonly #buffering: Buffering
  readonly #channel: Channel
  readonly #describeLoss: (records: number, bytes: number) => string
  readonly #closed = new AbortController()
  #waiting: string[] = []
  #waitingBytes = 0
  #lost = { records: 0, bytes: 0 }
  #timer: NodeJS.Timeout | undefined
  /** While a delivery is under way. */
  #delivery: Promise<void> | undefined

  constructor(buffering: Buffering, channel: Channel, describeLoss: (records: number, bytes: number) => string) {
    this.#buffering = buffering
    this.#channel = channel
    this.#describeLoss = describeLoss
  }

  offer(event: string): void {
    const bytes = Buffer.byteLength(event)
    if (this.#waitingBytes + bytes > MOST_WAITING_BYTES) {
      this.#lost = { records: this.#lost.records + 1, bytes: this.#lost.bytes + bytes }
      return
    }
    this.#waiting.push(event)
    this.#waitingBytes += bytes
    if (this.#isBatchFull()) this.#deliver()
    else this.#timer ??= setTimeout(() => this.#deliver(), this.#buffering.timeoutMs).unref()
  }

  /** Resolves when all that waits has been taken, or the subscriber is closed. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0 || this.#delivery !== undefined) {
      this.#deliver()
      await this.#delivery
      if (this.#closed.signal.aborted) return
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#closed.abort()
    this.#channel.close()
  }

  #isBatchFull(): boolean {
    const { maxItems, maxBytes } = this.#buffering
    return this.#waiting.length >= maxItems || this.#waitingBytes >= maxBytes
  }

  #deliver(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#delivery !== undefined || this.#waiting.length === 0 || this.#closed.signal.aborted) return
    this.#delivery = this.#sendOne(this.#takeBatch()).then(() => {
      this.#delivery = undefined
      this.#tellLoss()
      if (this.#isBatchFull()) this.#deliver()
      else if (this.#waiting.length > 0)
        this.#timer ??= setTimeout(() => this.#deliver(), this.#buffering.timeoutMs).unref()
    })
  }

  #takeBatch(): string[] {
    const { maxItems, maxBytes } = this.#buffering
    let bytes = 0
    const count = this.#waiting.findIndex((event, index) => {
      bytes += Buffer.byteLength(event)
      return index >= maxItems || (index > 0 && bytes > maxBytes)
    })
    const batch = this.#waiting.splice(0, count < 0 ? this.#waiting.length : count)
    for (const event of batch) this.#waitingBytes -= Buffer.byteLength(event)
    return batch
  }

  async #sendOne(batch: readonly string[]): Promise<void> {
    for (let waitMs = FIRST_RETRY_MS; !this.#closed.signal.aborted; waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS)) {
      const isTaken = await this.#channel.send(batch).then(
        () => true,
        () => false,
      )
      if (isTaken) return
      await sleep(waitMs, undefined, { signal: this.#closed.signal, ref: false }).catch(() => {})
    }
  }

  #tellLoss(): void {
    const { records, bytes } = this.#lost
    if (records === 0) return
    this.#lost = { records: 0, bytes: 0 }
    this.offer(this.#describeLoss(records, bytes))
  }
}
