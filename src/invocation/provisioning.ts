import type { Log } from '#base'
import {
  type Allocation,
  type FunctionVersion,
  isVersion,
  NOTHING_ALLOCATED,
  type ProvisionedConcurrency,
  served,
} from '#resources'
import type { Store } from '#store'
import type { Pools } from './pool/pools.ts'

/** Keeps as many environments initialized as is provisioned for versions and aliases. */
export class Provisioning {
  readonly #store: Store
  readonly #pools: Pools
  readonly #log: Log
  /** What each version is to have, by function. */
  readonly #wanted = new Map<string, ReadonlyMap<string, number>>()
  /** One after the other, so that the last one goes by what is stored last. */
  #last: Promise<void> = Promise.resolve()

  constructor(of: { store: Store; pools: Pools; log: Log }) {
    this.#store = of.store
    this.#pools = of.pools
    this.#log = of.log
  }

  /** At once: every invocation asks. */
  executionsFor({ account, functionName, version }: FunctionVersion): number {
    if (this.#wanted.size === 0) return 0
    return this.#wanted.get(keyOf(account, functionName))?.get(version) ?? 0
  }

  /** What is provisioned for a function, or where its aliases point to, has changed. */
  refresh(account: string, functionName: string): void {
    const isConcerned =
      this.#wanted.has(keyOf(account, functionName)) ||
      this.#store.concurrency.configs.of(account, functionName).length > 0
    if (!isConcerned) return
    this.#last = this.#last
      .then(() => this.#refresh(account, functionName))
      .catch((cause) => this.#log.error('environments could not be provisioned', { functionName, cause }))
  }

  refreshAll(): void {
    for (const { account, functionName } of this.#store.concurrency.configs.all()) this.refresh(account, functionName)
  }

  async allocationOf(config: ProvisionedConcurrency): Promise<Allocation> {
    const shares = await this.#sharesOf(config)
    const allocations = await Promise.all(
      shares.map(async ([version, share]) => {
        const found = await this.#store.functions.find(config.account, config.functionName, version)
        return found ? this.#pools.allocationOf(served(found), share) : NOTHING_ALLOCATED
      }),
    )
    const allocated = allocations.reduce((sum, one) => sum + one.allocated, 0)
    if (allocations.some(({ status }) => status === 'FAILED')) return { status: 'FAILED', allocated }
    return { status: allocated >= config.executions ? 'READY' : 'IN_PROGRESS', allocated }
  }

  async #refresh(account: string, functionName: string): Promise<void> {
    const { concurrency, functions } = this.#store
    const key = keyOf(account, functionName)
    const wanted = new Map<string, number>()
    for (const config of concurrency.configs.of(account, functionName))
      for (const [version, share] of await this.#sharesOf(config))
        wanted.set(version, (wanted.get(version) ?? 0) + share)
    const known = this.#wanted.get(key)?.keys() ?? []
    if (wanted.size > 0) this.#wanted.set(key, wanted)
    else this.#wanted.delete(key)
    for (const name of new Set([...known, ...wanted.keys()])) {
      const version = await functions.find(account, functionName, name)
      // One that is not ready yet is looked at again when it is.
      if (version?.state === 'Active') this.#pools.provision(served(version), wanted.get(name) ?? 0)
    }
  }

  /** The versions that a config is for; two share by their weights where an alias routes to two. */
  async #sharesOf(config: ProvisionedConcurrency): Promise<readonly (readonly [version: string, share: number])[]> {
    const { account, functionName, qualifier, executions } = config
    if (isVersion(qualifier)) return [[qualifier, executions]]
    const alias = await this.#store.aliases.find(account, functionName, qualifier)
    if (!alias) return []
    const second = Math.round(executions * (alias.routing?.weight ?? 0))
    return [
      [alias.version, executions - second] as const,
      ...(alias.routing ? [[alias.routing.version, second] as const] : []),
    ].filter(([, share]) => share > 0)
  }
}

const keyOf = (account: string, functionName: string) => `${account}:${functionName}`
