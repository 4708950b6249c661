import {
  type Alias,
  chooseVersion,
  type FunctionAddress,
  type FunctionVersion,
  isManagedLatest,
  isVersion,
  LATEST,
  LATEST_PUBLISHED,
} from '#resources'
import type { Store } from '#store'

type Found = FunctionVersion | undefined

/**
 * The version that one invocation of this address runs: an alias with weights draws anew each time. At once, without a
 * turn of the event loop, when alias and version are in memory.
 */
export function resolveVersion(store: Store, address: FunctionAddress): Found | Promise<Found> {
  const { account, functionName, qualifier } = address
  if (qualifier === undefined) return unqualified(store, address)
  if (isVersion(qualifier)) return versionOf(store, address, qualifier)
  const known = store.aliases.peek(account, functionName, qualifier)
  if (known !== 'unknown') return versionOf(store, address, draw(known))
  return store.aliases
    .find(account, functionName, qualifier)
    .then((alias) => alias && versionOf(store, address, draw(alias)))
}

/** Without a qualifier functions on managed instances run what was published last without a number, if anything was. */
function unqualified(store: Store, address: FunctionAddress): Found | Promise<Found> {
  const latest = versionOf(store, address, LATEST)
  if (latest instanceof Promise) return latest.then((found) => publishedOf(store, address, found))
  return publishedOf(store, address, latest)
}

function publishedOf(store: Store, address: FunctionAddress, latest: Found): Found | Promise<Found> {
  if (!latest || !isManagedLatest(latest)) return latest
  const published = versionOf(store, address, LATEST_PUBLISHED)
  return published instanceof Promise ? published.then((found) => found ?? latest) : (published ?? latest)
}

function versionOf({ functions }: Store, { account, functionName }: FunctionAddress, version: string) {
  const known = functions.peek(account, functionName, version)
  return known === 'unknown' ? functions.find(account, functionName, version) : known
}

const draw = (alias: Alias) => chooseVersion(alias, Math.random())
