import { describeCapacityProvider } from '#resources'
import type { Handler } from '../context.ts'
import { findProvider } from './find-provider.ts'

export const getCapacityProvider: Handler<'GetCapacityProvider'> = (input, context) => ({
  CapacityProvider: describeCapacityProvider(context.place, findProvider(context, input.CapacityProviderName)),
})
