import type { Environment } from '#environment'
import type { Allocation } from '#resources'

/** Those of a pool's environments that are kept initialized, whether they run something or not. */
export class ProvisionedEnvironments {
  /** How many there should be. */
  wanted = 0
  /** The host had no place for the next one: it is asked again soon. */
  isWaiting = false
  readonly #all = new Set<Environment>()
  /** Last in, first out, and before any other environment. */
  readonly #idle: Environment[] = []
  #starting = 0
  /** Init failed: another would too, so none is started until somebody provisions anew. */
  #hasFailed = false

  get count(): number {
    return this.#all.size + this.#starting
  }

  get initialized(): number {
    return this.#all.size
  }

  /** Those that run nothing. */
  get atRest(): number {
    return this.#idle.length + this.#starting
  }

  get starting(): number {
    return this.#starting
  }

  get hasIdle(): boolean {
    return this.#idle.length > 0
  }

  get isShort(): boolean {
    return !this.#hasFailed && this.count < this.wanted
  }

  allocationOf(executions: number): Allocation {
    const allocated = Math.min(executions, this.#all.size)
    if (this.#hasFailed) return { status: 'FAILED', allocated }
    return { status: allocated === executions ? 'READY' : 'IN_PROGRESS', allocated }
  }

  /** Returns the idle ones that are too many; of busy ones as many as needed become environments like any other. */
  want(executions: number): readonly Environment[] {
    this.wanted = executions
    this.#hasFailed = false
    const surplus = Math.max(0, this.#all.size - executions)
    const ended = this.#idle.splice(0, surplus)
    for (const environment of ended) this.#all.delete(environment)
    for (const environment of [...this.#all].slice(0, surplus - ended.length)) this.#all.delete(environment)
    return ended
  }

  /** To be called when the start has ended; tells whether the environment is of use. */
  beginStart(): (started: Environment | undefined) => boolean {
    this.#starting++
    return (started) => {
      this.#starting--
      if (!started) return false
      if (!started.isInitialized) this.#hasFailed = true
      if (!started.isInitialized || this.#all.size >= this.wanted) return false
      this.#all.add(started)
      return true
    }
  }

  has(environment: Environment): boolean {
    return this.#all.has(environment)
  }

  take(): Environment | undefined {
    return this.#idle.pop()
  }

  /** False when it is none of these. */
  putBack(environment: Environment): boolean {
    if (!this.#all.has(environment)) return false
    this.#idle.push(environment)
    return true
  }

  /** The idle ones of which `isOver` holds are none of these any more. */
  removeIdle(isOver: (environment: Environment) => boolean): readonly Environment[] {
    const removed = this.#idle.filter(isOver)
    for (const environment of removed) this.remove(environment)
    return removed
  }

  remove(environment: Environment): void {
    if (!this.#all.delete(environment)) return
    const at = this.#idle.indexOf(environment)
    if (at >= 0) this.#idle.splice(at, 1)
  }
}
