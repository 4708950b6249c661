import type { Log } from '#base'

// Deletions wait this long for company: an event that ran and is deleted a little later costs nothing.
const DELAY_MS = 50
const FULL_BATCH = 256
const RETRY_DELAY_MS = 1_000

/** Events that have run and whose rows are still to be deleted, many in one transaction. */
export class Completions {
  readonly #deleteRows: (ids: readonly number[]) => Promise<void>
  readonly #log: Log
  #ids: number[] = []
  #deleting = 0
  #timer: NodeJS.Timeout | undefined
  #written: Promise<void> = Promise.resolve()

  constructor(deleteRows: (ids: readonly number[]) => Promise<void>, log: Log) {
    this.#deleteRows = deleteRows
    this.#log = log
  }

  /** Completed and not yet deleted. */
  get waiting(): number {
    return this.#ids.length + this.#deleting
  }

  add(id: number): void {
    this.#ids.push(id)
    if (this.#ids.length >= FULL_BATCH) this.#flush()
    else this.#schedule(DELAY_MS)
  }

  async close(): Promise<void> {
    this.#flush()
    await this.#written
    clearTimeout(this.#timer)
  }

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => this.#flush(), ms)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#ids.length === 0) return
    const ids = this.#ids
    this.#ids = []
    this.#written = Promise.all([this.#written, this.#delete(ids)]).then(() => {})
  }

  async #delete(ids: readonly number[]): Promise<void> {
    this.#deleting += ids.length
    try {
      await this.#deleteRows(ids)
    } catch (error) {
      this.#log.error('Events that have run could not be deleted; trying again.', { count: ids.length, error })
      this.#ids.push(...ids)
      this.#schedule(RETRY_DELAY_MS)
    } finally {
      this.#deleting -= ids.length
    }
  }
}
