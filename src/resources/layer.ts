import type { lambda } from '#model'
import type { CodePackage } from './function.ts'
import type { Place } from './function-name.ts'
import { type LayerAddress, layerArn, layerVersionArn } from './layer-name.ts'
import { lambdaTime } from './time.ts'

/** One version of a layer: an archive that functions find below `/opt`. It never changes. */
export interface LayerVersion {
  readonly account: string
  readonly layerName: string
  readonly version: number
  readonly description: string
  readonly compatibleRuntimes?: readonly string[]
  readonly compatibleArchitectures?: readonly string[]
  readonly licenseInfo?: string
  readonly code: CodePackage
  readonly createdMs: number
}

/** A layer version that has no number yet: the store gives it the next one. */
export type NewLayerVersion = Omit<LayerVersion, 'version'>

export function newLayerVersion(
  { account, layerName }: LayerAddress,
  input: lambda.PublishLayerVersionRequest,
  code: CodePackage,
  nowMs: number,
): NewLayerVersion {
  return {
    account,
    layerName,
    description: input.Description ?? '',
    ...(input.CompatibleRuntimes && { compatibleRuntimes: input.CompatibleRuntimes }),
    ...(input.CompatibleArchitectures && { compatibleArchitectures: input.CompatibleArchitectures }),
    ...(input.LicenseInfo !== undefined && { licenseInfo: input.LicenseInfo }),
    code,
    createdMs: nowMs,
  }
}

/** A layer version with a link to its content. */
export function describeLayerVersion(
  place: Place,
  layer: LayerVersion,
  location: string,
): lambda.GetLayerVersionResponse {
  return {
    Content: { Location: location, CodeSha256: layer.code.sha256, CodeSize: layer.code.size },
    LayerArn: layerArn(place, layer),
    ...describeListedLayerVersion(place, layer),
  }
}

export function describeListedLayerVersion(place: Place, layer: LayerVersion): lambda.LayerVersionsListItem {
  return {
    LayerVersionArn: layerVersionArn(place, layer),
    Version: layer.version,
    Description: layer.description,
    CreatedDate: lambdaTime(layer.createdMs),
    ...(layer.compatibleRuntimes && { CompatibleRuntimes: layer.compatibleRuntimes }),
    ...(layer.compatibleArchitectures && { CompatibleArchitectures: layer.compatibleArchitectures }),
    ...(layer.licenseInfo !== undefined && { LicenseInfo: layer.licenseInfo }),
  }
}

/** A layer in a list, by its newest version that the list asks for. */
export const describeLayer = (place: Place, newest: LayerVersion): lambda.LayersListItem => ({
  LayerName: newest.layerName,
  LayerArn: layerArn(place, newest),
  LatestMatchingVersion: describeListedLayerVersion(place, newest),
})
