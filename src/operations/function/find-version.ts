import { type FunctionAddress, type FunctionVersion, functionNotFound, isVersion, LATEST, type Place } from '#resources'
import type { Store } from '#store'

/** The version that an address means, or AWS's 404 of the control plane. Of an alias it is the one without a weight. */
export async function findVersion(store: Store, place: Place, address: FunctionAddress): Promise<FunctionVersion> {
  const version = await lookUpVersion(store, address)
  if (!version) throw functionNotFound(place, address)
  return version
}

export async function lookUpVersion(
  store: Store,
  { account, functionName, qualifier = LATEST }: FunctionAddress,
): Promise<FunctionVersion | undefined> {
  const name = isVersion(qualifier) ? qualifier : (await store.aliases.find(account, functionName, qualifier))?.version
  return name === undefined ? undefined : store.functions.find(account, functionName, name)
}

/** `$LATEST` for operations on the whole function: whether it exists, its tags. */
export function findFunction(store: Store, place: Place, { account, functionName }: FunctionAddress) {
  return findVersion(store, place, { account, functionName })
}
