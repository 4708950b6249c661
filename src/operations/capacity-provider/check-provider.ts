import { architectureNotOfProvider, type CapacityAttachment, type FunctionConfiguration } from '#resources'
import type { RequestContext } from '../context.ts'
import { findProvider } from './find-provider.ts'

/** The provider that a function of the account is to run on must be there, and have instances for its code. */
export function checkProvider(
  context: RequestContext,
  account: string,
  { capacity, architecture }: Pick<FunctionConfiguration, 'capacity' | 'architecture'>,
): void {
  if (!capacity) return
  const { instances } = findProvider(context, capacity.providerArn, account)
  if (instances.Architectures && !instances.Architectures.includes(architecture))
    throw architectureNotOfProvider(architecture, capacity.providerArn)
}

/** Whoever gives a function a provider must be allowed to pass it on. */
export function passProvider({ authorize }: RequestContext, capacity: CapacityAttachment | undefined): void {
  if (capacity) authorize('lambda:PassCapacityProvider', capacity.providerArn)
}
