import type { FunctionVersion } from '#resources'

/**
 * The versions in use, in memory. It holds what was last committed or read, never something older: a read that was
 * under way while a write committed is not remembered.
 */
export class FunctionCache {
  readonly #entries = new Map<string, Entry>()
  readonly #capacity: number
  #commits = 0

  /** A version with its environment variables is a few KiB: 10,000 of them are some tens of MiB. */
  constructor(capacity = 10_000) {
    this.#capacity = capacity
  }

  get(account: string, functionName: string, version: string): FunctionVersion | undefined {
    const entry = this.#entries.get(keyOf(account, functionName, version))
    if (!entry) return undefined
    entry.used = true
    return entry.record
  }

  /** Call before reading from the database, and the result with what was read. */
  beginRead(): (record: FunctionVersion) => void {
    const commits = this.#commits
    return (record) => {
      if (commits === this.#commits) this.#put(record)
    }
  }

  /** A write of this record committed. */
  replace(record: FunctionVersion): void {
    this.#commits++
    this.#put(record)
  }

  /** A deletion committed. */
  remove(account: string, functionName: string, version: string): void {
    this.#commits++
    this.#entries.delete(keyOf(account, functionName, version))
  }

  #put(record: FunctionVersion): void {
    const key = keyOf(record.account, record.functionName, record.version)
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

interface Entry {
  readonly record: FunctionVersion
  used: boolean
}

const keyOf = (account: string, functionName: string, version: string): string =>
  `${account}:${functionName}:${version}`
