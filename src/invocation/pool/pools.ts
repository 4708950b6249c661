import { availableParallelism, totalmem } from 'node:os'
import {
  type Environment,
  type EnvironmentHost,
  type Invocation,
  type InvocationResult,
  MOST_PREPARED,
} from '#environment'
import { type Allocation, type FunctionVersion, NOTHING_ALLOCATED, throttled } from '#resources'
import { Pool, type PoolHost } from './pool.ts'

// Each start takes a core for tens of milliseconds; more at a time would only make all of them late.
const MAX_STARTING = 2 * availableParallelism()
// An idle interpreter takes about 40 MiB, also one that is prepared; this leaves half of the host's memory to what
// functions do.
const MAX_ENVIRONMENTS = Math.max(8, Math.floor(totalmem() / 2 ** 20 / 2 / 48) - MOST_PREPARED)
// How soon a queue is looked at again; well below the time of a start.
const LOOK_AGAIN_MS = 10
// AWS keeps idle environments for some minutes.
const KEEP_IDLE_MS = 10 * 60_000
const SHRINK_EVERY_MS = 30_000
// A host that cannot serve an invocation for this long is overloaded: throttle instead of holding the connection on.
const MAX_WAIT_MS = 60_000

type StartEnvironment = (version: FunctionVersion, isProvisioned: boolean) => Promise<Environment>

/** All pools of the host: one for each deployment of each function version that was invoked. */
export class Pools implements PoolHost {
  readonly #environments: EnvironmentHost
  readonly #startEnvironment: StartEnvironment
  /** The pool that serves a version now, by function and version. */
  readonly #current = new Map<string, Pool>()
  /** Earlier deployments whose last invocations still run. */
  readonly #retired = new Set<Pool>()
  #starting = 0
  #alive = 0
  #lookAgain: NodeJS.Timeout | undefined
  readonly #shrinker = setInterval(() => this.#shrink(performance.now() - KEEP_IDLE_MS), SHRINK_EVERY_MS).unref()

  constructor(environments: EnvironmentHost, startEnvironment: StartEnvironment) {
    this.#environments = environments
    this.#startEnvironment = startEnvironment
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

  close(): void {
    clearInterval(this.#shrinker)
    clearTimeout(this.#lookAgain)
  }

  takeStart(): boolean {
    if (this.#starting >= MAX_STARTING) return false
    if (this.#alive >= MAX_ENVIRONMENTS && !this.#evictOne()) return false
    this.#starting++
    this.#alive++
    return true
  }

  endStart(isAlive: boolean): void {
    this.#starting--
    if (!isAlive) this.#alive--
  }

  endEnvironment(): void {
    this.#alive--
  }

  start(version: FunctionVersion, isProvisioned: boolean): Promise<Environment> {
    return this.#startEnvironment(version, isProvisioned)
  }

  /** Provisioned ones are never let go, so that they leave places for the others. */
  get mayProvision(): boolean {
    let provisioned = 0
    for (const pool of this.#current.values()) provisioned += pool.provisionedCount
    return provisioned < MAX_ENVIRONMENTS / 2
  }

  startEstimateMs(version: FunctionVersion): number {
    return this.#environments.startEstimateMs(version.configuration.runtime, this.#starting)
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
      for (const pool of [...this.#current.values(), ...this.#retired]) {
        pool.startIfWorthwhile()
        pool.startProvisioned()
        pool.abandonWaiting(performance.now() - MAX_WAIT_MS, hostOverloaded)
        if (pool.isWaiting) this.#lookAgainSoon()
      }
    }, LOOK_AGAIN_MS)
  }

  #evictOne(): boolean {
    for (const pool of this.#current.values()) if (pool.shrink(Number.POSITIVE_INFINITY, 1) > 0) return true
    return false
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

const poolKey = (functionId: string, version: string) => `${functionId}:${version}`

const hostOverloaded = () => throttled('ConcurrentInvocationLimitExceeded')
