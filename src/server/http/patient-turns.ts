// About a fifth of a millisecond's work.
const EACH_TURN = 4

/**
 * Who does not wait for a function's answer lets those go first who do: of requests that accept events, a few are served
 * in each turn of the event loop, so that a flood of them does not make up a turn of its own.
 */
export class PatientTurns {
  readonly #waiting: (() => void)[] = []
  #left = EACH_TURN
  #isCounting = false

  /** Undefined when there is room in this turn. */
  wait(): Promise<void> | undefined {
    this.#count()
    if (this.#waiting.length === 0 && this.#left > 0) {
      this.#left--
      return undefined
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #count(): void {
    if (this.#isCounting) return
    this.#isCounting = true
    setImmediate(() => this.#begin())
  }

  #begin(): void {
    this.#isCounting = false
    const next = this.#waiting.splice(0, EACH_TURN)
    this.#left = EACH_TURN - next.length
    if (next.length > 0) this.#count()
    for (const go of next) go()
  }
}
