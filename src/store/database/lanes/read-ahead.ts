// Kept in memory, so that whoever keeps up reads nothing back from disk, and reads little at a time otherwise.
const MAXIMUM_ITEMS = 4_000
const MAXIMUM_BYTES = 32 * 1024 * 1024
// One busy lane leaves room for the others.
const MAXIMUM_OF_LANE = 500
// What one read takes at most, and how much of the room that is left.
const MAXIMUM_READ = 64
const SHARE = 1 / 8

/** How much of all lanes together may be in memory. */
export class ReadAhead {
  #items = 0
  #bytes = 0

  add(bytes: number): void {
    this.#items++
    this.#bytes += bytes
  }

  remove(bytes: number): void {
    this.#items--
    this.#bytes -= bytes
  }

  /** For one more item of so many bytes in a lane that has `kept` of them. */
  hasRoom(kept: number, bytes: number): boolean {
    return kept < MAXIMUM_OF_LANE && this.#items < MAXIMUM_ITEMS && this.#bytes + bytes <= MAXIMUM_BYTES
  }

  /** Less than half is used. */
  get isSpacious(): boolean {
    return this.#items < MAXIMUM_ITEMS / 2 && this.#bytes < MAXIMUM_BYTES / 2
  }

  /** What the next read may take; one item is always allowed, because somebody waits for it. */
  allowance(): { readonly items: number; readonly bytes: number } {
    const items = Math.floor((MAXIMUM_ITEMS - this.#items) * SHARE)
    return { items: Math.max(1, Math.min(items, MAXIMUM_READ)), bytes: (MAXIMUM_BYTES - this.#bytes) * SHARE }
  }
}
