import {
  capacityProviderArn,
  capacityProviderInUse,
  capacityProviderNotFound,
  describeCapacityProvider,
} from '#resources'
import type { Handler } from '../context.ts'
import { findProvider } from './find-provider.ts'

export const deleteCapacityProvider: Handler<'DeleteCapacityProvider'> = async (input, context) => {
  const { store, place } = context
  const provider = findProvider(context, input.CapacityProviderName)
  const { account, name } = provider
  const outcome = await store.capacityProviders.delete(account, name)
  if (outcome === 'in-use') throw capacityProviderInUse(capacityProviderArn(place, account, name))
  if (outcome === 'missing') throw capacityProviderNotFound(capacityProviderArn(place, account, name))
  return { CapacityProvider: describeCapacityProvider(place, provider, 'Deleting') }
}
