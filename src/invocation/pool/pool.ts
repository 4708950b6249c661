import type { Environment, Invocation, InvocationResult } from '#environment'
import { type Allocation, boundsOf, type FunctionVersion } from '#resources'
import { whenEnded } from '../when-ended.ts'
import { BRIEF_MS, MOST_AWAKE, RunTimes, STUCK_MS, shouldStart } from './pacing.ts'
import { ProvisionedEnvironments } from './provisioned-environments.ts'

/** What a pool may ask of the host; one instance serves all pools. */
export interface PoolHost {
  /** Takes a place for an environment that starts, if there is one now. */
  takeStart(wanted: WantedStart): EndStart | Refusal
  /** Whether a pool with so many environments has to give one up, because another waits for a place with fewer. */
  takesBack(environments: number): boolean
  endEnvironment(gone: Promise<void>): void
  start(version: FunctionVersion, isProvisioned: boolean): Promise<Environment>
  /** Whether one more environment may be kept for good. */
  readonly mayProvision: boolean
  startEstimateMs(version: FunctionVersion): number
  /** Whether the capacity provider of the version, if it has one, has so many vCPUs left. */
  hasVcpusFor(version: FunctionVersion): boolean
}

export interface WantedStart {
  /** So many the pool has already. */
  readonly environments: number
  /** So much of it will probably be used. */
  readonly memoryMb: number
  readonly isProvisioned: boolean
}

/** Others come first; there is no room yet; there is none, even if all went that would go for it. */
export type Refusal = 'not now' | 'no room' | 'out of reach'

/** The start has ended; a place stays taken while the environment lives. */
export type EndStart = (isAlive: boolean) => void

interface Waiter {
  readonly invocation: Invocation
  readonly sinceMs: number
  readonly resolve: (result: Promise<InvocationResult>) => void
  readonly reject: (cause: unknown) => void
}

interface Idle {
  readonly environment: Environment
  readonly sinceMs: number
}

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
  /** Last in, first out: the warmest is taken again, the others age and are let go. */
  readonly #idle: Idle[] = []
  readonly #busy = new Map<Environment, number>()
  /** Of the busy ones those that have answered, and since when; they are not ready for more. */
  readonly #answered = new Map<Environment, number>()
  /** By the clock on the wall, as keys expire: it goes on while the machine sleeps. */
  readonly #startedMs = new WeakMap<Environment, number>()
  readonly #waiting: Waiter[] = []
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
    this.#most = boundsOf(version).most
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0 || this.#provisioned.isWaiting
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0
  }

  get isEmpty(): boolean {
    return this.environments + this.#provisioned.wanted + this.#waiting.length === 0
  }

  get environments(): number {
    return this.#idle.length + this.#busy.size + this.#starting
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
    return this.#idle.length
  }

  /** How many busy ones it has to give up, one after the other, while a pool with so many is short of room. */
  countToGiveUpFor(environments: number): number {
    return Math.min(this.#busy.size, Math.max(0, this.environments - environments - 1))
  }

  /** The most that one of its environments has used; 0 when that is not known yet. */
  get peakMb(): number {
    for (const { environment } of this.#idle) this.#peakMb = Math.max(this.#peakMb, environment.peakMemoryMb)
    for (const environment of this.#busy.keys()) this.#peakMb = Math.max(this.#peakMb, environment.peakMemoryMb)
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
    return this.#idle[0]?.sinceMs ?? Number.POSITIVE_INFINITY
  }

  get isStartWorthwhile(): boolean {
    if (this.#waiting.length === 0 || this.#hasReady) return false
    const nowMs = performance.now()
    if (this.#areEnoughAwake(nowMs, STUCK_MS) || this.isAtLimit) return false
    return shouldStart({
      // Most runtimes ask for more right after their answer: nobody else is started for what can wait so long.
      waiting: this.#waiting.length - countSince(this.#answered, nowMs - SOON_FREE_MS),
      busy: this.#busy.size,
      starting: this.#starting,
      runMs: this.#runTimes.expectedMs([...this.#busy.values()].map((startedMs) => nowMs - startedMs)),
      startMs: this.#host.startEstimateMs(this.version),
    })
  }

  /** Runs in an idle environment, or in whichever comes first: a freed one or a new one. */
  invoke(invocation: Invocation): Promise<InvocationResult> {
    const nowMs = performance.now()
    const environment = this.#areEnoughAwake(nowMs) ? undefined : this.#takeReady()
    if (environment) return this.#run(environment, invocation, nowMs)
    const { promise, resolve, reject } = Promise.withResolvers<InvocationResult>()
    if (this.#waiting.length === 0) this.#lack = undefined
    this.#waiting.push({ invocation, sinceMs: nowMs, resolve, reject })
    if (this.#hasReady) this.#relieveSoon()
    else this.startIfWorthwhile()
    return promise
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

  get provisionedCount(): number {
    return this.#provisioned.count
  }

  /** From now on so many environments are kept initialized; what failed before is tried again. */
  provision(executions: number): void {
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
    for (const old of this.#provisioned.removeIdle((environment) => this.#isTooOld(environment))) this.#end(old)
    this.startProvisioned()
  }

  /** Like `abandonWaiting`, while there is no room for more and nothing moves on, nor is on its way. */
  abandonForLackOfRoom(sinceMs: number, cause: () => Error): void {
    if (this.isShortOfRoom && this.#starting === 0 && this.#lastRunMs < sinceMs) this.abandonWaiting(sinceMs, cause)
  }

  /** Like `abandonWaiting`, while it may not have more environments and none is on its way. */
  abandonAtLimit(sinceMs: number, cause: () => Error): void {
    if (this.isAtLimit && this.#starting === 0 && !this.#provisioned.isStarting) this.abandonWaiting(sinceMs, cause)
  }

  /** Gives up on invocations that have waited since before `sinceMs`. */
  abandonWaiting(sinceMs: number, cause: () => Error): void {
    while (this.#waiting[0] && this.#waiting[0].sinceMs < sinceMs) this.#waiting.shift()?.reject(cause())
  }

  /** Ends environments that have been idle since before `sinceMs`; returns how many. */
  shrink(sinceMs: number, atMost = Number.POSITIVE_INFINITY): number {
    let ended = 0
    while (this.#idle[0] && this.#idle[0].sinceMs < sinceMs && ended < atMost) {
      const oldest = this.#idle.shift()
      if (oldest) this.#end(oldest.environment)
      ended++
    }
    return ended
  }

  /** A newer deployment serves from now on: idle environments end, busy ones after what they run. */
  retire(): void {
    this.#isRetired = true
    for (const environment of this.#provisioned.want(0)) this.#end(environment)
    this.shrink(Number.POSITIVE_INFINITY)
  }

  get #hasReady(): boolean {
    return this.#idle.length > 0 || this.#provisioned.hasIdle
  }

  #takeReady(): Environment | undefined {
    return this.#provisioned.take() ?? this.#takeIdle()
  }

  /** Brief invocations are done sooner by the few that work anyway than by one that has to be woken beside them. */
  #areEnoughAwake(nowMs: number, withinMs = BRIEF_MS): boolean {
    if (this.#busy.size < MOST_AWAKE || !this.#runTimes.areBrief) return false
    return countSince(this.#busy, nowMs - withinMs) >= MOST_AWAKE
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
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (!this.#isTooOld(idle.environment)) return idle.environment
      this.#end(idle.environment)
    }
    return undefined
  }

  #run(environment: Environment, invocation: Invocation, startedMs = performance.now()): Promise<InvocationResult> {
    this.#lastRunMs = startedMs
    this.#busy.set(environment, startedMs)
    const result = environment.invoke(invocation)
    whenEnded(result, () => this.#releaseWhenReady(environment, startedMs))
    return result
  }

  /** After its answer an environment may still be at work: with extensions, or because the runtime asks later for more. */
  #releaseWhenReady(environment: Environment, startedMs: number): void {
    const { ending } = environment
    const nowMs = performance.now()
    if (ending === undefined) this.#release(environment, nowMs - startedMs)
    else {
      if (!this.#answered.has(environment)) this.#answered.set(environment, nowMs)
      void ending.then(() => this.#releaseWhenReady(environment, startedMs))
    }
  }

  #release(environment: Environment, ranMs: number): void {
    this.#busy.delete(environment)
    this.#answered.delete(environment)
    this.#runTimes.add(ranMs)
    this.#peakMb = Math.max(this.#peakMb, environment.peakMemoryMb)
    if (environment.isAlive && !this.#isTooOld(environment) && !this.#mustGiveUp(environment)) {
      this.#offer(environment)
    } else {
      this.#end(environment)
      this.startIfWorthwhile()
      this.startProvisioned()
    }
  }

  /** A ready environment serves the longest waiting invocation, or becomes idle. */
  #offer(environment: Environment): void {
    const isSurplus = this.#waiting.length > 0 && !this.#isRetired && this.#areEnoughAwake(performance.now())
    const next = isSurplus ? undefined : this.#waiting.shift()
    if (isSurplus) this.#relieveSoon()
    if (next) next.resolve(this.#run(environment, next.invocation))
    else if (this.#isRetired) this.#end(environment)
    else if (this.#provisioned.putBack(environment)) return
    else this.#idle.push({ environment, sinceMs: performance.now() })
  }

  #takeStart(environments: number, isProvisioned: boolean): EndStart | Refusal {
    const memoryMb = this.peakMb || Math.min(this.version.configuration.memoryMb, MOST_UNKNOWN_MB)
    return this.#host.takeStart({ environments, memoryMb, isProvisioned })
  }

  #mustGiveUp(environment: Environment): boolean {
    if (this.#provisioned.has(environment)) return false
    return this.total >= this.#most || this.#host.takesBack(this.environments + 1)
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
        // The host could not start it: whoever waits longest hears of it, the others may still be served.
        this.#waiting.shift()?.reject(cause)
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

  #end(environment: Environment): void {
    this.#provisioned.remove(environment)
    this.#host.endEnvironment(environment.shutdown())
  }
}

/** How many of them have a time after `sinceMs`. */
function countSince(timesMs: ReadonlyMap<Environment, number>, sinceMs: number): number {
  let count = 0
  for (const ms of timesMs.values()) if (ms > sinceMs) count++
  return count
}
