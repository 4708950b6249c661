import { describeCapacityProvider, updateCapacityProvider as updateOf } from '#resources'
import type { Handler } from '../context.ts'
import { changeProvider } from './find-provider.ts'

export const updateCapacityProvider: Handler<'UpdateCapacityProvider'> = async (input, context) => {
  const changed = await changeProvider(context, input.CapacityProviderName, (current) =>
    updateOf(current, input, context.clock.now()),
  )
  return { CapacityProvider: describeCapacityProvider(context.place, changed) }
}
