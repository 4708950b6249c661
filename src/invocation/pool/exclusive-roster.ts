import type { Environment } from '#environment'
import { peakMbOf, type Roster } from './roster.ts'

interface Idle {
  readonly environment: Environment
  readonly sinceMs: number
}

/** Environments that run one invocation at a time. Those that are provisioned are here only while they are busy. */
export class ExclusiveRoster implements Roster {
  /** Last in, first out: the warmest is taken again, the others age and are let go. */
  readonly #idle: Idle[] = []
  readonly #busy = new Map<Environment, number>()
  /** Of the busy ones those that have answered, and since when; they are not ready for more. */
  readonly #answered = new Map<Environment, number>()

  get count(): number {
    return this.#idle.length + this.#busy.size
  }

  get idleCount(): number {
    return this.#idle.length
  }

  get busyCount(): number {
    return this.#busy.size
  }

  get leavingCount(): number {
    return 0
  }

  get running(): number {
    return this.#busy.size
  }

  get idleSinceMs(): number {
    return this.#idle[0]?.sinceMs ?? Number.POSITIVE_INFINITY
  }

  get peakMb(): number {
    return Math.max(peakMbOf(this.#busy.keys()), peakMbOf(this.#idle.map(({ environment }) => environment)))
  }

  get hasReady(): boolean {
    return this.#idle.length > 0
  }

  take(): Environment | undefined {
    return this.#idle.pop()?.environment
  }

  hasRoom(environment: Environment): boolean {
    return !this.#busy.has(environment)
  }

  begin(environment: Environment, nowMs: number): void {
    this.#busy.set(environment, nowMs)
  }

  noteAnswer(environment: Environment, nowMs: number): void {
    if (!this.#answered.has(environment)) this.#answered.set(environment, nowMs)
  }

  end(environment: Environment): void {
    this.#busy.delete(environment)
    this.#answered.delete(environment)
  }

  rest(environment: Environment, nowMs: number): void {
    this.#idle.push({ environment, sinceMs: nowMs })
  }

  dismiss(): boolean {
    return true
  }

  isLeaving(): boolean {
    return false
  }

  removeIdle(isUnwanted: (environment: Environment, idleSinceMs: number) => boolean, atMost: number): Environment[] {
    const removed: Environment[] = []
    for (let at = 0; at < this.#idle.length && removed.length < atMost; ) {
      const idle = this.#idle[at++]
      if (idle === undefined || !isUnwanted(idle.environment, idle.sinceMs)) continue
      removed.push(idle.environment)
      this.#idle.splice(--at, 1)
    }
    return removed
  }

  begunSince(sinceMs: number): number {
    return countSince(this.#busy, sinceMs)
  }

  answeredSince(sinceMs: number): number {
    return countSince(this.#answered, sinceMs)
  }

  agesMs(nowMs: number): number[] {
    return [...this.#busy.values()].map((startedMs) => nowMs - startedMs)
  }
}

/** How many of them have a time after `sinceMs`. */
function countSince(timesMs: ReadonlyMap<Environment, number>, sinceMs: number): number {
  let count = 0
  for (const ms of timesMs.values()) if (ms > sinceMs) count++
  return count
}
