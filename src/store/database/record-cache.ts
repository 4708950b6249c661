/**
 * The records in use, in memory. It holds what was last committed or read, never something older: a read that was
 * under way while a write committed is not remembered.
 */
export class RecordCache<Record> {
  readonly #entries = new Map<string, Entry<Record>>()
  readonly #keyOf: (record: Record) => string
  readonly #capacity: number
  #commits = 0

  /** A version with its environment variables is a few KiB: 10,000 of them are some tens of MiB. */
  constructor(keyOf: (record: Record) => string, capacity = 10_000) {
    this.#keyOf = keyOf
    this.#capacity = capacity
  }

  get(key: string): Record | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    entry.used = true
    return entry.record
  }

  /** Call before reading from the database, and the result with what was read. */
  beginRead(): (record: Record) => void {
    const commits = this.#commits
    return (record) => {
      if (commits === this.#commits) this.#put(record)
    }
  }

  /** A write of this record committed. */
  replace(record: Record): void {
    this.#commits++
    this.#put(record)
  }

  /** A deletion committed. */
  remove(key: string): void {
    this.#commits++
    this.#entries.delete(key)
  }

  #put(record: Record): void {
    const key = this.#keyOf(record)
    this.#entries.delete(key)
    this.#entries.set(key, { record, used: false })
    if (this.#entries.size > this.#capacity) this.#evict()
  }

  /** Second chance: the oldest goes unless it was used since it was last looked at, which costs `get` only a flag. */
  #evict(): void {
    for (const [key, entry] of this.#entries) {
      this.#entries.delete(key)
      if (!entry.used) return
      entry.used = false
      this.#entries.set(key, entry)
    }
  }
}

interface Entry<Record> {
  readonly record: Record
  used: boolean
}
