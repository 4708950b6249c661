import type { Environment, Invocation, InvocationResult } from '#environment'
import { type Allocation, boundsOf, type FunctionVersion } from '#resources'
import { whenEnded } from '../when-ended.ts'
import { ExclusiveRoster } from './exclusive-roster.ts'
import { BRIEF_MS, MOST_AWAKE, RunTimes, STUCK_MS, shouldStart } from './pacing.ts'
import type { EndStart, PoolHost, Refusal } from './pool-host.ts'
import { ProvisionedEnvironments } from './provisioned-environments.ts'
import type { Roster } from './roster.ts'
import { SharedRoster } from './shared-roster.ts'
import { WaitingLine } from './waiting-line.ts'

// AWS replaces environments after some hours too; the keys of the execution role, which an environment gets at its
// start, are valid for twelve.
const MAX_AGE_MS = 8 * 3_600_000

/** An environment of a function that nobody knows yet is expected to take no more: few take all of their MemorySize. */
const MOST_UNKNOWN_MB = 256

/** A runtime asks for its next event within a millisecond or two of its answer, unless the machine is busy. */
const SOON_FREE_MS = 20

/** The execution environments of one deployment of one function version. */
export class Pool {
  readonly version: FunctionVersion
  readonly #host: PoolHost
  /** Its environments run several invocations at a time. */
  readonly #isShared: boolean
  /** So many each. */
  readonly #each: number
  readonly #roster: Roster
  /** By the clock on the wall, as keys expire: it goes on while the machine sleeps. */
  readonly #startedMs = new WeakMap<Environment, number>()
  readonly #waiting = new WaitingLine()
  readonly #runTimes = new RunTimes()
  readonly #provisioned = new ProvisionedEnvironments()
  #starting = 0
  /** How many environments it may have. */
  #most: number
  #lastRunMs = 0
  /** The most that one of its environments has used. */
  #peakMb = 0
  /** Why the last start for those that wait could not be, if it was for lack of room. */
  #lack: 'no room' | 'out of reach' | undefined
  #isRetired = false
  /** Due when what waits before idle environments has waited for long enough. */
  #relief: NodeJS.Timeout | undefined

  constructor(version: FunctionVersion, host: PoolHost) {
    this.version = version
    this.#host = host
    const { capacity } = version.configuration
    this.#isShared = capacity !== undefined
    this.#each = capacity?.maxConcurrency ?? 1
    this.#roster = capacity
      ? new SharedRoster((environment) => this.#provisioned.has(environment))
      : new ExclusiveRoster()
    this.#most = boundsOf(version).most
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0 || this.#provisioned.isWaiting
  }

  /** There is nothing else that another environment for those that wait would lack. */
  get waitsForVcpus(): boolean {
    return this.#waiting.length > 0 && this.total < this.#most && !this.#host.hasVcpusFor(this.version)
  }

  get isEmpty(): boolean {
    return this.environments + this.#provisioned.wanted + this.#waiting.length === 0
  }

  get environments(): number {
    return this.#roster.count + this.#starting
  }

  /** All of them, also those that are provisioned and run nothing. */
  get total(): number {
    return this.environments + this.#provisioned.atRest
  }

  /** It may not have more, whatever room the host has. */
  get isAtLimit(): boolean {
    return this.total >= this.#most || !this.#host.hasVcpusFor(this.version)
  }

  get idleCount(): number {
    return this.#roster.idleCount
  }

  /** How many busy ones it has to give up, one after the other, while a pool with so many is short of room. */
  countToGiveUpFor(environments: number): number {
    return Math.min(this.#roster.busyCount, Math.max(0, this.environments - environments - 1))
  }

  /** The most that one of its environments has used; 0 when that is not known yet. */
  get peakMb(): number {
    this.#peakMb = Math.max(this.#peakMb, this.#roster.peakMb)
    return this.#peakMb
  }

  get isShortOfRoom(): boolean {
    return this.#lack !== undefined
  }

  /** What it needs will not be there soon, whoever makes room for it. */
  get isOutOfReach(): boolean {
    return this.#lack === 'out of reach'
  }

  /** Since when its oldest idle environment has been idle. */
  get idleSinceMs(): number {
    return this.#roster.idleSinceMs
  }

  get isStartWorthwhile(): boolean {
    if (this.#waiting.length === 0 || this.#hasReady) return false
    const nowMs = performance.now()
    if (this.#areEnoughAwake(nowMs, STUCK_MS) || this.isAtLimit) return false
    return shouldStart({
      // Most runtimes ask for more right after their answer: nobody else is started for what can wait so long.
      waiting: this.#waiting.length - this.#roster.answeredSince(nowMs - SOON_FREE_MS),
      busy: this.#roster.running,
      starting: this.#onTheirWay,
      runMs: this.#runTimes.expectedMs(this.#roster.agesMs(nowMs)),
      startMs: this.#host.startEstimateMs(this.version),
    })
  }

  /** Runs in an idle environment, or in whichever comes first: a freed one or a new one. */
  invoke(invocation: Invocation): Promise<InvocationResult> {
    const nowMs = performance.now()
    const environment = this.#areEnoughAwake(nowMs) ? undefined : this.#takeReady()
    if (environment) return this.#run(environment, invocation, nowMs)
    if (this.#waiting.length === 0) this.#lack = undefined
    const result = this.#waiting.join(invocation, nowMs)
    if (this.#hasReady) this.#relieveSoon()
    else this.startIfWorthwhile()
    return result
  }

  /** Called again while invocations wait, because waiting itself is news. Returns how many were started. */
  startIfWorthwhile(atMost = Number.POSITIVE_INFINITY): number {
    let started = 0
    while (started < atMost && this.isStartWorthwhile) {
      const endStart = this.#takeStart(this.environments, false)
      if (endStart === 'not now') break
      this.#lack = typeof endStart === 'string' ? endStart : undefined
      if (typeof endStart === 'string') break
      this.#start(endStart)
      started++
    }
    return started
  }

  /** Called again while invocations wait: one that serves several may have room for more without any having ended. */
  serveWaiting(): void {
    if (!this.#isShared) return
    while (this.#waiting.length > 0) {
      const environment = this.#takeReady()
      if (environment === undefined) return
      this.#offer(environment)
    }
  }

  get provisionedCount(): number {
    return this.#provisioned.count
  }

  /** From now on so many environments are kept initialized; what failed before is tried again. */
  provision(executions: number): void {
    const isKept = (environment: Environment) => this.#provisioned.has(environment)
    const tooMany = Math.max(0, this.#provisioned.initialized - executions)
    for (const surplus of this.#roster.removeIdle(isKept, tooMany)) this.#end(surplus)
    for (const surplus of this.#provisioned.want(executions)) this.#end(surplus)
    this.startProvisioned()
  }

  /** From now on it has so many at most; those that are too many end, busy ones after what they run. */
  limit(most: number): void {
    this.#most = most
    this.shrink(Number.POSITIVE_INFINITY, Math.max(0, this.total - most))
  }

  allocationOf(executions: number): Allocation {
    return this.#provisioned.allocationOf(executions)
  }

  /** Called again while the host has no place for them. */
  startProvisioned(): void {
    this.#provisioned.isWaiting = false
    while (this.#provisioned.isShort && !this.#isRetired && !this.isAtLimit) {
      const { mayProvision } = this.#host
      const endStart = mayProvision ? this.#takeStart(0, true) : 'out of reach'
      if (typeof endStart === 'string') {
        this.#provisioned.isWaiting = mayProvision
        return
      }
      this.#startOneProvisioned(endStart)
    }
  }

  /** Replaces those that nobody has used for so long that their keys would expire. */
  renewProvisioned(): void {
    const isTooOld = (environment: Environment) => this.#provisioned.has(environment) && this.#isTooOld(environment)
    for (const old of this.#roster.removeIdle(isTooOld, Number.POSITIVE_INFINITY)) this.#end(old)
    for (const old of this.#provisioned.removeIdle(isTooOld)) this.#end(old)
    this.startProvisioned()
  }

  /** Like `abandonWaiting`, while there is no room for more and nothing moves on, nor is on its way. */
  abandonForLackOfRoom(sinceMs: number, cause: () => Error): void {
    if (this.isShortOfRoom && this.#starting === 0 && this.#lastRunMs < sinceMs) this.abandonWaiting(sinceMs, cause)
  }

  /** Like `abandonWaiting`, while it may not have more environments and none is on its way. */
  abandonAtLimit(sinceMs: number, cause: () => Error): void {
    if (this.isAtLimit && this.#starting === 0 && this.#provisioned.starting === 0) this.abandonWaiting(sinceMs, cause)
  }

  /** Gives up on invocations that have waited since before `sinceMs`. */
  abandonWaiting(sinceMs: number, cause: () => Error): void {
    this.#waiting.abandon(sinceMs, cause)
  }

  /** Ends environments that have been idle since before `sinceMs`; returns how many. */
  shrink(sinceMs: number, atMost = Number.POSITIVE_INFINITY): number {
    const isUnwanted = (environment: Environment, idleSinceMs: number) =>
      idleSinceMs < sinceMs && !this.#provisioned.has(environment)
    const surplus = this.#roster.removeIdle(isUnwanted, atMost)
    for (const environment of surplus) this.#end(environment)
    return surplus.length
  }

  /** A newer deployment serves from now on: idle environments end, busy ones after what they run. */
  retire(): void {
    this.#isRetired = true
    for (const environment of this.#provisioned.want(0)) this.#end(environment)
    this.shrink(Number.POSITIVE_INFINITY)
  }

  /** So many more invocations those can run that start. Of the others nobody waits for what is provisioned. */
  get #onTheirWay(): number {
    return this.#isShared ? (this.#starting + this.#provisioned.starting) * this.#each : this.#starting
  }

  get #hasReady(): boolean {
    return this.#roster.hasReady || this.#provisioned.hasIdle
  }

  #takeReady(): Environment | undefined {
    return this.#provisioned.take() ?? this.#takeIdle()
  }

  /** Brief invocations are done sooner by the few that work anyway than by one that has to be woken beside them. */
  #areEnoughAwake(nowMs: number, withinMs = BRIEF_MS): boolean {
    if (this.#roster.running < MOST_AWAKE || !this.#runTimes.areBrief) return false
    return this.#roster.begunSince(nowMs - withinMs) >= MOST_AWAKE
  }

  /** The few may turn out to be at something longer this time. */
  #relieveSoon(): void {
    this.#relief ??= setTimeout(() => {
      this.#relief = undefined
      while (this.#waiting.length > 0 && !this.#areEnoughAwake(performance.now())) {
        const environment = this.#takeReady()
        if (!environment) return void this.startIfWorthwhile()
        this.#offer(environment)
      }
      if (this.#waiting.length > 0) this.#relieveSoon()
    }, BRIEF_MS)
  }

  #takeIdle(): Environment | undefined {
    for (let idle = this.#roster.take(); idle; idle = this.#roster.take()) {
      if (!this.#isTooOld(idle)) return idle
      this.#end(idle)
    }
    return undefined
  }

  #run(environment: Environment, invocation: Invocation, startedMs = performance.now()): Promise<InvocationResult> {
    this.#lastRunMs = startedMs
    this.#roster.begin(environment, startedMs)
    const result = environment.invoke(invocation)
    whenEnded(result, () => this.#releaseWhenReady(environment, startedMs))
    return result
  }

  /** After its answer an environment may still be at work: with extensions, or because the runtime asks later for more. */
  #releaseWhenReady(environment: Environment, startedMs: number): void {
    const { ending } = environment
    const nowMs = performance.now()
    if (ending === undefined) this.#release(environment, startedMs, nowMs)
    else {
      this.#roster.noteAnswer(environment, nowMs)
      void ending.then(() => this.#releaseWhenReady(environment, startedMs))
    }
  }

  #release(environment: Environment, startedMs: number, nowMs: number): void {
    this.#roster.end(environment, startedMs, nowMs)
    this.#runTimes.add(nowMs - startedMs)
    this.#peakMb = Math.max(this.#peakMb, environment.peakMemoryMb)
    if (this.#isOfUse(environment)) this.#offer(environment)
    else {
      this.#end(environment)
      this.startIfWorthwhile()
      this.startProvisioned()
    }
  }

  #isOfUse(environment: Environment): boolean {
    if (!environment.isAlive || this.#isTooOld(environment)) return false
    return !this.#roster.isLeaving(environment) && !this.#mustGiveUp(environment)
  }

  /** A ready environment serves those that have waited for longest, as many as it has room for, or becomes idle. */
  #offer(environment: Environment): void {
    while (this.#serveNext(environment)) if (!this.#isShared) return
    this.#rest(environment)
  }

  #serveNext(environment: Environment): boolean {
    if (this.#isShared && !this.#roster.hasRoom(environment)) return false
    if (this.#waiting.length === 0) return false
    const isSurplus = !this.#isRetired && this.#areEnoughAwake(performance.now())
    if (!isSurplus) return this.#waiting.serve((invocation) => this.#run(environment, invocation))
    this.#relieveSoon()
    return false
  }

  #rest(environment: Environment): void {
    if (this.#isRetired) this.#end(environment)
    else if (!this.#isShared && this.#provisioned.putBack(environment)) return
    else this.#roster.rest(environment, performance.now())
  }

  #takeStart(environments: number, isProvisioned: boolean): EndStart | Refusal {
    const memoryMb = this.peakMb || Math.min(this.version.configuration.memoryMb, MOST_UNKNOWN_MB)
    return this.#host.takeStart({ environments, memoryMb, isProvisioned })
  }

  #mustGiveUp(environment: Environment): boolean {
    if (this.#provisioned.has(environment)) return false
    // Where it serves others as well it is still among them.
    const itself = this.#isShared ? 1 : 0
    const staying = this.total - itself - this.#roster.leavingCount
    return staying >= this.#most || this.#host.takesBack(this.environments - itself + 1)
  }

  #isTooOld(environment: Environment): boolean {
    return Date.now() - (this.#startedMs.get(environment) ?? 0) > MAX_AGE_MS
  }

  #start(endStart: EndStart): void {
    this.#starting++
    this.#host.start(this.version, false).then(
      (environment) => {
        this.#starting--
        endStart(true)
        this.#noteStart(environment)
        this.#offer(environment)
      },
      (cause) => {
        this.#starting--
        endStart(false)
        // The host could not start it.
        this.#waiting.failFirst(cause)
        this.startIfWorthwhile()
      },
    )
  }

  #noteStart(environment: Environment): void {
    this.#startedMs.set(environment, Date.now())
  }

  #startOneProvisioned(endStart: EndStart): void {
    const end = this.#provisioned.beginStart()
    this.#host.start(this.version, true).then(
      (environment) => {
        endStart(true)
        this.#noteStart(environment)
        if (end(environment)) this.#offer(environment)
        else this.#end(environment)
      },
      () => {
        // The host could not start it, and tries again when it looks after its pools.
        end(undefined)
        endStart(false)
      },
    )
  }

  /** At once, or when what else it runs has ended. */
  #end(environment: Environment): void {
    this.#provisioned.remove(environment)
    if (this.#roster.dismiss(environment)) this.#host.endEnvironment(environment.shutdown())
  }
}
