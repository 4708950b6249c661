import {
  type Environment,
  type EnvironmentHost,
  IMAGE_RUNTIME,
  type Invocation,
  type InvocationResult,
} from '#environment'
import {
  type Allocation,
  type Bounds,
  type FunctionConfiguration,
  type FunctionVersion,
  NOTHING_ALLOCATED,
  throttled,
  vcpusOf,
} from '#resources'
import { Places } from './places.ts'
import { Pool } from './pool.ts'
import type { EndStart, PoolHost, Refusal, WantedStart } from './pool-host.ts'

// How soon a queue is looked at again; well below the time of a start.
const LOOK_AGAIN_MS = 10
// AWS keeps idle environments for some minutes.
const KEEP_IDLE_MS = 10 * 60_000
const SHRINK_EVERY_MS = 30_000
// Functions may grow at any time; what they may not take is for the kernel to enforce, and this to avoid.
const CHECK_MEMORY_EVERY_MS = 1000
// A host that cannot serve an invocation for this long is overloaded: throttle instead of holding the connection on.
const MAX_WAIT_MS = 120_000
// The same while there is no room for more environments and those of the function take nothing new.
const MAX_WAIT_WHEN_FULL_MS = 10_000

// And while a version has all the environments that it may have: AWS does not wait at all.
const MAX_WAIT_AT_LIMIT_MS = 2_000

type StartEnvironment = (version: FunctionVersion, isProvisioned: boolean) => Promise<Environment>

export interface PoolsOptions {
  readonly environments: EnvironmentHost
  readonly start: StartEnvironment
  /** What the environments of all functions of the version's capacity provider may have together. */
  readonly maxVcpusOf: (version: FunctionVersion) => number
}

/** All pools of the host: one for each deployment of each function version that was invoked. */
export class Pools implements PoolHost {
  readonly #environments: EnvironmentHost
  readonly #startEnvironment: StartEnvironment
  readonly #maxVcpusOf: PoolsOptions['maxVcpusOf']
  /** The pool that serves a version now, by function and version. */
  readonly #current = new Map<string, Pool>()
  /** Earlier deployments whose last invocations still run. */
  readonly #retired = new Set<Pool>()
  readonly #places: Places
  /** Of the pools that wait for a place the one with the fewest environments comes next; those with more wait. */
  #next: { readonly environments: number; readonly isShortOfRoom: boolean } | undefined
  #lookAgain: NodeJS.Timeout | undefined
  readonly #shrinker = setInterval(() => this.#shrink(performance.now() - KEEP_IDLE_MS), SHRINK_EVERY_MS).unref()
  readonly #memoryCheck = setInterval(() => this.#makeRoom(), CHECK_MEMORY_EVERY_MS).unref()

  constructor({ environments, start, maxVcpusOf }: PoolsOptions) {
    this.#environments = environments
    this.#places = new Places(environments.memory)
    this.#startEnvironment = start
    this.#maxVcpusOf = maxVcpusOf
  }

  invoke(version: FunctionVersion, invocation: Invocation): Promise<InvocationResult> {
    const pool = this.#poolFor(version)
    const result = pool.invoke(invocation)
    if (pool.isWaiting) this.#lookAgainSoon()
    return result
  }

  /** From now on so many environments of the version are kept initialized. */
  provision(version: FunctionVersion, executions: number): void {
    const pool =
      executions > 0 ? this.#poolFor(version) : this.#current.get(poolKey(version.functionId, version.version))
    pool?.provision(executions)
    if (pool?.isWaiting) this.#lookAgainSoon()
  }

  /** From now on so many environments of the version are kept at least, and there are so many at most. */
  scale(version: FunctionVersion, { least, most }: Bounds): void {
    this.#poolFor(version).limit(most)
    this.provision(version, least)
  }

  /** How far the version has come with `executions` of what is provisioned. */
  allocationOf(version: FunctionVersion, executions: number): Allocation {
    const pool = this.#current.get(poolKey(version.functionId, version.version))
    return pool?.allocationOf(executions) ?? NOTHING_ALLOCATED
  }

  /** The function, or this version of it, is gone: its environments end when what they run has ended. */
  retire(functionId: string, version?: string): void {
    for (const [key, pool] of this.#current) {
      const { version: served } = pool
      if (served.functionId !== functionId || (version !== undefined && served.version !== version)) continue
      this.#current.delete(key)
      this.#retire(pool)
    }
  }

  /** What runs functions of the runtime has changed: environments that start from now on take the place of those there are. */
  renew(runtime: string): void {
    for (const [key, pool] of this.#current) {
      if (pool.version.configuration.runtime !== runtime) continue
      this.#current.delete(key)
      this.#retire(pool)
    }
  }

  close(): void {
    clearInterval(this.#shrinker)
    clearInterval(this.#memoryCheck)
    clearTimeout(this.#lookAgain)
  }

  takeStart({ environments, memoryMb, isProvisioned }: WantedStart): EndStart | Refusal {
    if (this.#next !== undefined && environments > this.#next.environments) return 'not now'
    if (!this.#places.hasStartsLeft(isProvisioned)) return 'not now'
    return this.#places.take(memoryMb, isProvisioned) ?? this.#makeRoomFor(memoryMb, environments)
  }

  takesBack(environments: number): boolean {
    if (!this.#next?.isShortOfRoom || environments <= this.#next.environments + 1) return false
    // One at a time: when it is not enough, the next look finds out.
    this.#next = undefined
    return true
  }

  endEnvironment(gone: Promise<void>): void {
    this.#places.end(gone)
  }

  start(version: FunctionVersion, isProvisioned: boolean): Promise<Environment> {
    return this.#startEnvironment(version, isProvisioned)
  }

  get mayProvision(): boolean {
    let provisioned = 0
    for (const pool of this.#current.values()) provisioned += pool.provisionedCount
    return this.#places.mayKeep(provisioned)
  }

  hasVcpusFor(version: FunctionVersion): boolean {
    return !version.configuration.capacity || this.#lackingVcpus(version) <= 0
  }

  startEstimateMs(version: FunctionVersion): number {
    const { runtime = IMAGE_RUNTIME } = version.configuration
    return this.#environments.startEstimateMs(runtime, this.#places.starting)
  }

  #ofProvider({ capacity }: FunctionConfiguration): readonly Pool[] {
    const pools = [...this.#current.values(), ...this.#retired]
    return pools.filter(({ version }) => version.configuration.capacity?.providerArn === capacity?.providerArn)
  }

  /** How many more its provider would need to have for one more environment. */
  #lackingVcpus(version: FunctionVersion): number {
    const { configuration } = version
    const pools = this.#ofProvider(configuration)
    const used = pools.reduce((sum, pool) => sum + pool.total * vcpusOf(pool.version.configuration), 0)
    return used + vcpusOf(configuration) - this.#maxVcpusOf(version)
  }

  /** Whoever waits only for vCPUs of a provider gets those of environments there that are idle, if they are enough. */
  #freeVcpus({ version, waitsForVcpus }: Pool): void {
    if (!waitsForVcpus) return
    const pools = this.#ofProvider(version.configuration)
    const idle = pools.reduce((sum, pool) => sum + pool.idleCount * vcpusOf(pool.version.configuration), 0)
    if (this.#lackingVcpus(version) <= idle) pools.some((pool) => pool.shrink(Number.POSITIVE_INFINITY, 1) > 0)
  }

  #poolFor(version: FunctionVersion): Pool {
    const key = poolKey(version.functionId, version.version)
    const current = this.#current.get(key)
    if (current?.version.deploymentId === version.deploymentId) return current
    const pool = new Pool(version, this)
    this.#current.set(key, pool)
    if (current) this.#retire(current)
    return pool
  }

  #retire(pool: Pool): void {
    pool.retire()
    if (!pool.isEmpty) this.#retired.add(pool)
  }

  #lookAgainSoon(): void {
    this.#lookAgain ??= setTimeout(() => {
      this.#lookAgain = undefined
      const waiting = [...this.#current.values(), ...this.#retired].filter((pool) => pool.isWaiting)
      for (const pool of waiting) {
        pool.serveWaiting()
        this.#freeVcpus(pool)
      }
      this.#share(waiting)
      for (const pool of waiting) {
        pool.startProvisioned()
        this.#abandon(pool)
      }
      if (waiting.some((pool) => pool.isWaiting)) this.#lookAgainSoon()
      else this.#next = undefined
    }, LOOK_AGAIN_MS)
  }

  /**
   * Whoever has the fewest environments starts the next one, so that no function keeps all places from the others. One
   * that needs more than all of them would leave keeps nobody waiting.
   */
  #share(waiting: readonly Pool[]): void {
    if (!this.#places.hasStartsLeft()) return
    this.#next = undefined
    const wanting = waiting.filter((pool) => pool.isStartWorthwhile)
    for (let next = fewestOf(wanting); next !== undefined; next = fewestOf(wanting)) {
      const isRefused = next.startIfWorthwhile(1) === 0
      if (isRefused && !(next.isOutOfReach && this.#places.hasStartsLeft())) {
        this.#next = { environments: next.environments, isShortOfRoom: next.isShortOfRoom }
        return
      }
      if (isRefused || !next.isStartWorthwhile) wanting.splice(wanting.indexOf(next), 1)
    }
  }

  #abandon(pool: Pool): void {
    const nowMs = performance.now()
    pool.abandonWaiting(nowMs - MAX_WAIT_MS, hostOverloaded)
    pool.abandonAtLimit(nowMs - MAX_WAIT_AT_LIMIT_MS, hostOverloaded)
    pool.abandonForLackOfRoom(nowMs - MAX_WAIT_WHEN_FULL_MS, hostOverloaded)
  }

  /** Ends an idle environment if all of them are enough: what it leaves is there later, and whoever waits asks again. */
  #makeRoomFor(memoryMb: number, environments: number): Refusal {
    const shortageBytes = this.#places.shortageBytes(memoryMb)
    const idleBytes = this.#bytesLeftBy((pool) => pool.idleCount)
    if (shortageBytes > 0 && shortageBytes <= idleBytes) this.#evictOldest()
    const busyBytes = this.#bytesLeftBy((pool) => pool.countToGiveUpFor(environments))
    return shortageBytes <= idleBytes + busyBytes ? 'no room' : 'out of reach'
  }

  #bytesLeftBy(count: (pool: Pool) => number): number {
    let bytes = 0
    for (const pool of this.#current.values()) {
      const environments = count(pool)
      if (environments > 0) bytes += this.#places.bytesLeftBy(environments, pool.peakMb)
    }
    return bytes
  }

  /** The one that has been idle for longest goes, whosever it is. */
  #evictOldest(): boolean {
    let oldest: Pool | undefined
    for (const pool of this.#current.values())
      if (pool.idleSinceMs < (oldest?.idleSinceMs ?? Number.POSITIVE_INFINITY)) oldest = pool
    return oldest !== undefined && oldest.shrink(Number.POSITIVE_INFINITY, 1) > 0
  }

  #makeRoom(): void {
    if (this.#places.isEmpty) return
    for (let left = this.#places.surplus(); left > 0 && this.#evictOldest(); left--);
  }

  #shrink(sinceMs: number): void {
    for (const [key, pool] of this.#current) {
      pool.shrink(sinceMs)
      pool.renewProvisioned()
      if (pool.isEmpty) this.#current.delete(key)
    }
    for (const pool of this.#retired) if (pool.isEmpty) this.#retired.delete(pool)
  }
}

/** The first of them, which has waited for longest. */
const fewestOf = (pools: readonly Pool[]): Pool | undefined =>
  pools.reduce<Pool | undefined>(
    (fewest, pool) => (fewest && fewest.environments <= pool.environments ? fewest : pool),
    undefined,
  )

const poolKey = (functionId: string, version: string) => `${functionId}:${version}`

const hostOverloaded = () => throttled('ConcurrentInvocationLimitExceeded')
