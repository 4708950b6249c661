/** What is due first comes out first. */
export class DueHeap<Value> {
  readonly #entries: Entry<Value>[] = []

  get firstDueMs(): number {
    return this.#entries[0]?.dueMs ?? Number.POSITIVE_INFINITY
  }

  add(dueMs: number, value: Value): void {
    const entries = this.#entries
    let at = entries.push({ dueMs, value }) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (dueOf(entries[parent]) <= dueMs) break
      this.#swap(at, parent)
      at = parent
    }
  }

  /** The next one that is due by then. */
  take(nowMs: number): Value | undefined {
    const entries = this.#entries
    const [first] = entries
    if (!first || first.dueMs > nowMs) return undefined
    const last = entries.pop()
    if (entries.length === 0 || !last) return first.value
    entries[0] = last
    this.#sink()
    return first.value
  }

  #sink(): void {
    const entries = this.#entries
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      const earlier = dueOf(entries[right]) < dueOf(entries[left]) ? right : left
      if (dueOf(entries[earlier]) >= dueOf(entries[at])) return
      this.#swap(at, earlier)
      at = earlier
    }
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#entries[a], this.#entries[b]]
    if (!one || !other) return
    this.#entries[a] = other
    this.#entries[b] = one
  }
}

interface Entry<Value> {
  readonly dueMs: number
  readonly value: Value
}

const dueOf = (entry: Entry<unknown> | undefined): number => entry?.dueMs ?? Number.POSITIVE_INFINITY
