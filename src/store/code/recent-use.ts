import type { Clock } from '#base'

// The code of a deleted function stays while environments may still load from it. What is in use is only noticed by the
// hourly collection, so this is an hour longer than any invocation may need.
const GRACE_MS = 2 * 3_600_000

/** When packages were last asked for; those that nobody needs any more stay for a while all the same. */
export class RecentUse {
  readonly #clock: Clock
  readonly #lastMs = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  touch(name: string): void {
    this.#lastMs.set(name, this.#clock.now())
  }

  /** Whether it has been asked for since it was last forgotten. */
  isKnown(name: string): boolean {
    return this.#lastMs.has(name)
  }

  /** Those of `present` that may go, and are forgotten; for what is in use the grace begins anew. */
  takeUnused(present: Iterable<string>, used: ReadonlySet<string>): readonly string[] {
    const unused: string[] = []
    for (const name of present) {
      // The grace begins when it falls out of use: an invocation may still run it then.
      if (used.has(name)) this.touch(name)
      else if ((this.#lastMs.get(name) ?? Number.NEGATIVE_INFINITY) <= this.#clock.now() - GRACE_MS) unused.push(name)
    }
    for (const name of unused) this.#lastMs.delete(name)
    return unused
  }
}
