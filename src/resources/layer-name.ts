import type { Place } from './function-name.ts'

/** A layer, and the account that owns it. */
export interface LayerAddress {
  readonly account: string
  readonly layerName: string
}

export interface LayerVersionAddress extends LayerAddress {
  readonly version: number
}

export const layerArn = ({ partition, region }: Place, { account, layerName }: LayerAddress): string =>
  `arn:${partition}:lambda:${region}:${account}:layer:${layerName}`

export const layerVersionArn = (place: Place, address: LayerVersionAddress): string =>
  `${layerArn(place, address)}:${address.version}`

/**
 * The layer that a `LayerName` means, a name or an ARN that has passed the model's pattern. Undefined for an ARN that is
 * not exactly that of a layer here: policies were asked about this very text.
 */
export function parseLayerName(place: Place, account: string, text: string): LayerAddress | undefined {
  if (!text.startsWith('arn:')) return { account, layerName: text }
  const [, , , , owner = '', , layerName = ''] = text.split(':')
  const address = { account: owner, layerName }
  return layerArn(place, address) === text ? address : undefined
}

/** The same for the ARN of a layer version. */
export function parseLayerVersionArn(place: Place, arn: string): LayerVersionAddress | undefined {
  const [, , , , account = '', , layerName = '', version = ''] = arn.split(':')
  const address = { account, layerName, version: Number(version) }
  return layerVersionArn(place, address) === arn ? address : undefined
}
