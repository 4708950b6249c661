import type { Log } from '#base'
import type { PreparedSandbox } from './prepared-sandbox.ts'
import type { PreparableLaunch } from './suitable.ts'

/** Ready for one runtime at a time: enough for a small burst of cold starts. */
const [FEWEST, MOST] = [1, 3]
/** A runtime that nobody has started for so long is not in use any more. */
const UNUSED_MS = 10 * 60_000
/** After this long without a start that found none ready, one less is kept. */
const CALM_MS = 60_000
/** An interpreter that could not be started ahead, or does not stay, is tried again after this long. */
const RETRY_MS = 60_000

export const NOT_REMOVED = 'a prepared sandbox could not be removed'

/** The prepared sandboxes of one runtime. */
export class Shelf {
  readonly launch: PreparableLaunch
  readonly #log: Log
  readonly #ready: PreparedSandbox[] = []
  #wanted = FEWEST
  #usedMs = performance.now()
  #missedMs = 0
  #restsUntilMs = 0
  #lostMs = Number.NEGATIVE_INFINITY

  constructor(launch: PreparableLaunch, log: Log) {
    this.launch = launch
    this.#log = log
  }

  get readyCount(): number {
    return this.#ready.length
  }

  get isShort(): boolean {
    return this.#ready.length < this.#wanted && performance.now() >= this.#restsUntilMs
  }

  isUnused(nowMs: number): boolean {
    return nowMs - this.#usedMs > UNUSED_MS
  }

  use(): void {
    this.#usedMs = performance.now()
  }

  /** The one that was made last: its memory is the warmest. Starts that find none make the shelf larger. */
  take(): PreparedSandbox | undefined {
    this.use()
    const taken = this.#ready.pop()
    if (taken === undefined) {
      this.#missedMs = this.#usedMs
      this.#wanted = Math.min(MOST, this.#wanted + 1)
    }
    return taken
  }

  add(sandbox: PreparedSandbox): void {
    this.#ready.push(sandbox)
    void sandbox.end.then(() => this.#lose(sandbox))
  }

  /** Not at once again. */
  rest(cause: unknown): void {
    this.#restsUntilMs = performance.now() + RETRY_MS
    const { identifier } = this.launch.runtime
    this.#log.warn('no sandbox could be prepared', { runtime: identifier, retryMs: RETRY_MS, cause })
  }

  shrink(nowMs: number): void {
    if (this.#wanted === FEWEST || nowMs - this.#missedMs < CALM_MS) return
    this.#wanted--
    this.#missedMs = nowMs
    if (this.#ready.length > this.#wanted) this.#remove(this.#ready.shift())
  }

  async clear(): Promise<void> {
    await Promise.all(this.#ready.splice(0).map((sandbox) => sandbox.remove()))
  }

  #remove(sandbox: PreparedSandbox | undefined): void {
    sandbox?.remove().catch((cause) => this.#log.warn(NOT_REMOVED, { cause }))
  }

  #lose(sandbox: PreparedSandbox): void {
    const index = this.#ready.indexOf(sandbox)
    if (index < 0) return
    this.#ready.splice(index, 1)
    this.#remove(sandbox)
    const nowMs = performance.now()
    // One may fall victim to somebody; a second one so soon has a reason of its own.
    if (nowMs - this.#lostMs < RETRY_MS) this.rest(new Error('its process has ended'))
    this.#lostMs = nowMs
  }
}
