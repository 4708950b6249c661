/** Counts the requests that are not answered to their last byte. */
export class OpenRequests {
  #count = 0
  #onNone: (() => void) | undefined

  begin(): void {
    this.#count++
  }

  end(): void {
    this.#count--
    if (this.#count === 0) this.#onNone?.()
  }

  /** Resolves when there are none. */
  none(): Promise<void> {
    return new Promise((resolve) => {
      this.#onNone = resolve
      if (this.#count === 0) resolve()
    })
  }
}
