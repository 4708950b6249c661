import type { Log } from '#base'

// Deletions wait this long for company: an event that ran and is deleted a little later costs nothing.
const DELAY_MS = 50
const FULL_BATCH = 256
const RETRY_DELAY_MS = 1_000

/** Items that are done with and whose rows are still to be deleted, many in one transaction. */
export class Completions<Item> {
  readonly #deleteRows: (items: readonly Item[]) => Promise<void>
  readonly #log: Log
  #items: Item[] = []
  readonly #deleting = new Set<readonly Item[]>()
  #timer: NodeJS.Timeout | undefined
  #written: Promise<void> = Promise.resolve()

  constructor(deleteRows: (items: readonly Item[]) => Promise<void>, log: Log) {
    this.#deleteRows = deleteRows
    this.#log = log
  }

  /** Completed and not yet deleted, of those that are meant. */
  count(isMeant: (item: Item) => boolean = () => true): number {
    return [this.#items, ...this.#deleting].reduce((count, items) => count + items.filter(isMeant).length, 0)
  }

  add(item: Item): void {
    this.#items.push(item)
    if (this.#items.length >= FULL_BATCH) this.#flush()
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
    if (this.#items.length === 0) return
    const items = this.#items
    this.#items = []
    this.#written = Promise.all([this.#written, this.#delete(items)]).then(() => {})
  }

  async #delete(items: readonly Item[]): Promise<void> {
    this.#deleting.add(items)
    try {
      await this.#deleteRows(items)
    } catch (error) {
      this.#log.error('Events that have run could not be deleted; trying again.', { count: items.length, error })
      this.#items.push(...items)
      this.#schedule(RETRY_DELAY_MS)
    } finally {
      this.#deleting.delete(items)
    }
  }
}
