import { fail } from '#base'
import {
  badLayerVersion,
  type LayerAddress,
  type LayerVersion,
  type LayerVersionAddress,
  layerVersionNotFound,
  parseLayerName,
} from '#resources'
import type { RequestContext } from '../context.ts'

/** The layer that `LayerName` means; an ARN from elsewhere is of none here. */
export const layerOf = ({ place, caller }: RequestContext, layerName: string): LayerAddress =>
  parseLayerName(place, caller.account, layerName) ?? fail(layerVersionNotFound())

export function layerVersionOf(
  context: RequestContext,
  { LayerName, VersionNumber }: { readonly LayerName: string; readonly VersionNumber: number },
): LayerVersionAddress {
  if (VersionNumber < 1) throw badLayerVersion()
  return { ...layerOf(context, LayerName), version: VersionNumber }
}

export async function findLayerVersion(
  { store }: RequestContext,
  { account, layerName, version }: LayerVersionAddress,
): Promise<LayerVersion> {
  return (await store.layers.find(account, layerName, version)) ?? fail(layerVersionNotFound())
}
