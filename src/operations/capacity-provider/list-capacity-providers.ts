import { describeCapacityProvider } from '#resources'
import type { Handler } from '../context.ts'
import { nextMarker, pageOf, pageOptions } from '../page.ts'

export const listCapacityProviders: Handler<'ListCapacityProviders'> = (input, { store, place, caller }) => {
  // All of them are in this state.
  if (input.State !== undefined && input.State !== 'Active') return { CapacityProviders: [] }
  const page = pageOf(() => store.capacityProviders.list(caller.account, pageOptions(input)))
  return {
    CapacityProviders: page.items.map((provider) => describeCapacityProvider(place, provider)),
    ...nextMarker(page),
  }
}
