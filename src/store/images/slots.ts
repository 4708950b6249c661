export interface SlotLimits {
  /** Pieces of work at a time. */
  readonly most: number
  /** Of one kind, so that a kind that hangs leaves room for the others. */
  readonly mostOfOne: number
  readonly mostWaiting: number
  readonly mostWaitingOfOne: number
}

interface Waiting {
  readonly kind: string
  begin(): void
}

/** So many pieces of work at a time; others wait in the order of their coming, but for those whose kind has its share. */
export class Slots {
  readonly #limits: SlotLimits
  /** The kind of each piece of work. */
  readonly #running: string[] = []
  readonly #waiting: Waiting[] = []

  constructor(limits: SlotLimits) {
    this.#limits = limits
  }

  isFull(kind: string): boolean {
    const { mostWaiting, mostWaitingOfOne } = this.#limits
    if (this.#hasRoom(kind)) return false
    const ofKind = this.#waiting.filter((waiting) => waiting.kind === kind)
    return this.#waiting.length >= mostWaiting || ofKind.length >= mostWaitingOfOne
  }

  async take<Result>(kind: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#hasRoom(kind)) this.#running.push(kind)
    else await new Promise<void>((begin) => this.#waiting.push({ kind, begin }))
    try {
      return await work()
    } finally {
      this.#running.splice(this.#running.indexOf(kind), 1)
      this.#beginNext()
    }
  }

  #hasRoom(kind: string): boolean {
    const { most, mostOfOne } = this.#limits
    const ofKind = this.#running.filter((running) => running === kind)
    return this.#running.length < most && ofKind.length < mostOfOne
  }

  #beginNext(): void {
    const index = this.#waiting.findIndex(({ kind }) => this.#hasRoom(kind))
    const [next] = index < 0 ? [] : this.#waiting.splice(index, 1)
    if (next === undefined) return
    this.#running.push(next.kind)
    next.begin()
  }
}
