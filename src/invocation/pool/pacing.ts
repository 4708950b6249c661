import { availableParallelism } from 'node:os'

/** What a pool knows when it decides whether one more environment is worth starting. */
export interface Demand {
  /** Invocations that wait for an environment. */
  readonly waiting: number
  /** Environments that run an invocation now. */
  readonly busy: number
  /** Environments on their way. */
  readonly starting: number
  /** Expected time of one invocation. */
  readonly runMs: number
  /** Expected time to start one environment. */
  readonly startMs: number
}

// A prepared environment is there at once, but the processors have to make the next one, as soon as they can.
const LEAST_PRICE_MS = 50
/** So many cost no more than their start. */
const MOST_AT_COST = 2 * availableParallelism()

/**
 * One more environment pays when the last in the queue would otherwise wait longer than a start takes. So hundreds of
 * short calls share a few environments, while calls that take seconds soon run side by side.
 */
export function shouldStart({ waiting, busy, starting, runMs, startMs }: Demand): boolean {
  if (waiting <= starting) return false
  const servers = busy + starting
  if (servers === 0) return true
  const priceMs = servers < MOST_AT_COST ? startMs : Math.max(startMs, LEAST_PRICE_MS)
  return (waiting * runMs) / servers > priceMs
}

// A function that never ran yet is taken for one that takes this long. A short guess is the cheaper mistake: invocations
// that take longer count with their age and soon correct it, while environments that were not needed stay for minutes.
const UNKNOWN_RUN_MS = 5
// Weight of the newest sample in the moving average. Shorter ones count more: the first invocations of a process are
// slow and say little, and slow ones that run are heeded anyway.
const NEWEST_SHORTER = 0.5
const NEWEST_LONGER = 0.1

/**
 * Of one function's environments, so many at brief invocations keep the processors busy. Each gets its next event before
 * it has gone to sleep; with twice as many, most have to be woken for every event, which costs a third of the throughput.
 */
export const MOST_AWAKE = availableParallelism()
/** An invocation that has run for longer than this is not brief. Less would be a pause of the server's or of a busy host. */
export const BRIEF_MS = 10
/** One that was brief and has run for longer than this is at something else, or gets no processor. */
export const STUCK_MS = 20
// Whoever waits for something, a disk or another server, hardly ever is done sooner: those gain from running side by side.
const QUICKEST_BRIEF_MS = 0.25
// By each that took longer. So a quickest time ten times as short as that is forgotten within 500 invocations.
const QUICKEST_GROWTH = 1.005

/** A moving average of how long invocations take, which also heeds those that are still running. */
export class RunTimes {
  #averageMs: number | undefined
  /** Of late. What an invocation takes by itself: the average of a busy host says more of the host. */
  #quickestMs = Number.POSITIVE_INFINITY

  add(ms: number): void {
    this.#quickestMs = Math.min(ms, this.#quickestMs * QUICKEST_GROWTH)
    const average = this.#averageMs ?? ms
    this.#averageMs = average + (ms < average ? NEWEST_SHORTER : NEWEST_LONGER) * (ms - average)
  }

  get areBrief(): boolean {
    return this.#quickestMs < QUICKEST_BRIEF_MS
  }

  /** At least the mean age of the running ones: they will not end sooner than now. */
  expectedMs(runningMs: Iterable<number>): number {
    let [sum, count] = [0, 0]
    for (const ms of runningMs) {
      sum += ms
      count++
    }
    return Math.max(this.#averageMs ?? UNKNOWN_RUN_MS, count === 0 ? 0 : sum / count)
  }
}
