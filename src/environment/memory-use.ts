import type { Sandbox } from './sandbox/sandbox.ts'

/** Reading it takes longer than a short invocation, so REPORT lines of quick ones share a value. */
const READ_INTERVAL_MS = 100

/** The most memory that an environment has used so far. */
export class MemoryUse {
  readonly #sandbox: Pick<Sandbox, 'peakMemoryBytes'>
  readonly #limitMb: number
  #readMs = Number.NEGATIVE_INFINITY
  #peakMb = 0

  constructor(sandbox: Pick<Sandbox, 'peakMemoryBytes'>, limitMb: number) {
    this.#sandbox = sandbox
    this.#limitMb = limitMb
  }

  /** As it was read last. */
  get lastMb(): number {
    return this.#peakMb
  }

  peakMb(): number {
    const now = performance.now()
    if (now - this.#readMs > READ_INTERVAL_MS) {
      this.#readMs = now
      this.#peakMb = Math.min(Math.ceil(this.#sandbox.peakMemoryBytes() / 1024 / 1024), this.#limitMb)
    }
    return this.#peakMb
  }
}
