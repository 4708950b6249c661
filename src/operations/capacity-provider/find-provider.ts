import { fail } from '#base'
import {
  type CapacityProvider,
  capacityProviderArn,
  capacityProviderNameIn,
  capacityProviderNotFound,
  updateInProgress,
} from '#resources'
import type { RequestContext } from '../context.ts'

/** The provider of this name or ARN, or AWS's 404. */
export function findProvider({ store, place, caller }: RequestContext, nameOrArn: string): CapacityProvider {
  const name = capacityProviderNameIn(place, caller.account, nameOrArn)
  if (name === undefined) throw capacityProviderNotFound(nameOrArn)
  const provider = store.capacityProviders.get(caller.account, name)
  return provider ?? fail(capacityProviderNotFound(capacityProviderArn(place, caller.account, name)))
}

// Each lost round is the win of another writer, so even a crowd is through long before.
const MAX_ROUNDS = 1_000

/** Stores what `change` makes of the provider; asked again when another writer came first. */
export async function changeProvider(
  context: RequestContext,
  nameOrArn: string,
  change: (current: CapacityProvider) => CapacityProvider,
): Promise<CapacityProvider> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const current = findProvider(context, nameOrArn)
    const changed = change(current)
    if (await context.store.capacityProviders.update(changed, current.revisionId)) return changed
  }
  throw updateInProgress(nameOrArn)
}
