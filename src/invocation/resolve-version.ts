import { type Alias, chooseVersion, type FunctionAddress, type FunctionVersion, isVersion, LATEST } from '#resources'
import type { Store } from '#store'

type Found = FunctionVersion | undefined

/**
 * The version that one invocation of this address runs: an alias with weights draws anew each time. At once, without a
 * turn of the event loop, when alias and version are in memory.
 */
export function resolveVersion(store: Store, address: FunctionAddress): Found | Promise<Found> {
  const { account, functionName, qualifier = LATEST } = address
  if (isVersion(qualifier)) return versionOf(store, address, qualifier)
  const known = store.aliases.peek(account, functionName, qualifier)
  if (known !== 'unknown') return versionOf(store, address, draw(known))
  return store.aliases
    .find(account, functionName, qualifier)
    .then((alias) => alias && versionOf(store, address, draw(alias)))
}

function versionOf({ functions }: Store, { account, functionName }: FunctionAddress, version: string) {
  const known = functions.peek(account, functionName, version)
  return known === 'unknown' ? functions.find(account, functionName, version) : known
}

const draw = (alias: Alias) => chooseVersion(alias, Math.random())
