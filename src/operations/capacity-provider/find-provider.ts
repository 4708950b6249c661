import { fail } from '#base'
import {
  type CapacityProvider,
  capacityProviderArn,
  capacityProviderNameIn,
  capacityProviderNotFound,
} from '#resources'
import type { RequestContext } from '../context.ts'
import { untilWritten } from '../until-written.ts'

/** The provider of this name or ARN, or AWS's 404. */
export function findProvider(
  { store, place, caller }: RequestContext,
  nameOrArn: string,
  account = caller.account,
): CapacityProvider {
  const name = capacityProviderNameIn(place, account, nameOrArn)
  if (name === undefined) throw capacityProviderNotFound(nameOrArn)
  const provider = store.capacityProviders.get(account, name)
  return provider ?? fail(capacityProviderNotFound(capacityProviderArn(place, account, name)))
}

/** Stores what `change` makes of the provider; asked again when another writer came first. */
export const changeProvider = (
  context: RequestContext,
  nameOrArn: string,
  change: (current: CapacityProvider) => CapacityProvider,
): Promise<CapacityProvider> =>
  untilWritten(nameOrArn, async () => {
    const current = findProvider(context, nameOrArn)
    const changed = change(current)
    return (await context.store.capacityProviders.update(changed, current.revisionId)) ? changed : undefined
  })
