import { capacityProviderArn, qualifiedArn } from '#resources'
import type { Handler } from '../context.ts'
import { nextMarker, pageOptions, refuseBadMarker } from '../page.ts'
import { findProvider } from './find-provider.ts'

export const listFunctionVersionsByCapacityProvider: Handler<'ListFunctionVersionsByCapacityProvider'> = async (
  input,
  context,
) => {
  const { store, place } = context
  const { account, name } = findProvider(context, input.CapacityProviderName)
  const page = await store.functions
    .list(account, { ...pageOptions(input), allVersions: true, capacityProvider: name })
    .catch(refuseBadMarker)
  return {
    CapacityProviderArn: capacityProviderArn(place, account, name),
    FunctionVersions: page.items.map((version) => ({
      FunctionArn: qualifiedArn(place, { ...version, qualifier: version.version }),
      State: version.state,
    })),
    ...nextMarker(page),
  }
}
