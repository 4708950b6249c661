import type { Environment } from '#environment'
import { peakMbOf, type Roster } from './roster.ts'

interface Member {
  /** When what it runs has begun. */
  readonly startedMs: number[]
  idleSinceMs: number
  isLeaving: boolean
}

/** Environments that run several invocations at a time; among them, all the time, those that are kept. */
export class SharedRoster implements Roster {
  readonly #members = new Map<Environment, Member>()
  readonly #isKept: (environment: Environment) => boolean

  /** Those that are kept never count as idle. */
  constructor(isKept: (environment: Environment) => boolean) {
    this.#isKept = isKept
  }

  get count(): number {
    return this.#members.size
  }

  get idleCount(): number {
    return [...this.#idle()].length
  }

  get busyCount(): number {
    let count = 0
    for (const { startedMs } of this.#members.values()) if (startedMs.length > 0) count++
    return count
  }

  get leavingCount(): number {
    let count = 0
    for (const { isLeaving } of this.#members.values()) if (isLeaving) count++
    return count
  }

  get running(): number {
    let count = 0
    for (const { startedMs } of this.#members.values()) count += startedMs.length
    return count
  }

  get idleSinceMs(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...[...this.#idle()].map(([, { idleSinceMs }]) => idleSinceMs))
  }

  get peakMb(): number {
    return peakMbOf(this.#members.keys())
  }

  get hasReady(): boolean {
    for (const environment of this.#members.keys()) if (this.hasRoom(environment)) return true
    return false
  }

  /** The one with the least to do. Of those that are idle the warmest, so that the others age. */
  take(): Environment | undefined {
    let best: [Environment, Member] | undefined
    for (const entry of this.#members)
      if (this.hasRoom(entry[0]) && (best === undefined || isBetter(entry[1], best[1]))) best = entry
    return best?.[0]
  }

  hasRoom(environment: Environment): boolean {
    return environment.isAlive && !this.isLeaving(environment) && environment.room > 0
  }

  begin(environment: Environment, nowMs: number): void {
    this.#memberFor(environment).startedMs.push(nowMs)
  }

  /** It is ready for more, as far as it says so itself. */
  noteAnswer(): void {}

  end(environment: Environment, startedMs: number, nowMs: number): void {
    const member = this.#memberFor(environment)
    const at = member.startedMs.indexOf(startedMs)
    if (at >= 0) member.startedMs.splice(at, 1)
    member.idleSinceMs = nowMs
  }

  rest(environment: Environment, nowMs: number): void {
    this.#memberFor(environment).idleSinceMs = nowMs
  }

  dismiss(environment: Environment): boolean {
    const member = this.#memberFor(environment)
    member.isLeaving = member.startedMs.length > 0
    if (!member.isLeaving) this.#members.delete(environment)
    return !member.isLeaving
  }

  isLeaving(environment: Environment): boolean {
    return this.#members.get(environment)?.isLeaving === true
  }

  removeIdle(isUnwanted: (environment: Environment, idleSinceMs: number) => boolean, atMost: number): Environment[] {
    const unwanted = [...this.#members]
      .filter(
        ([environment, { startedMs, idleSinceMs }]) => startedMs.length === 0 && isUnwanted(environment, idleSinceMs),
      )
      .sort(([, one], [, other]) => one.idleSinceMs - other.idleSinceMs)
      .slice(0, atMost)
      .map(([environment]) => environment)
    for (const environment of unwanted) this.#members.delete(environment)
    return unwanted
  }

  /** One process serves many: nobody has to be woken for one more. */
  begunSince(): number {
    return 0
  }

  answeredSince(): number {
    return 0
  }

  agesMs(nowMs: number): number[] {
    return [...this.#members.values()].flatMap(({ startedMs }) => startedMs.map((ms) => nowMs - ms))
  }

  #memberFor(environment: Environment): Member {
    const member = this.#members.get(environment) ?? { startedMs: [], idleSinceMs: 0, isLeaving: false }
    this.#members.set(environment, member)
    return member
  }

  *#idle(): Iterable<[Environment, Member]> {
    for (const [environment, member] of this.#members)
      if (member.startedMs.length === 0 && !this.#isKept(environment)) yield [environment, member]
  }
}

function isBetter(one: Member, other: Member): boolean {
  const difference = one.startedMs.length - other.startedMs.length
  return difference === 0 ? one.idleSinceMs > other.idleSinceMs : difference < 0
}
