import type { CodePackage, FunctionConfiguration, FunctionLayer } from './function.ts'
import type { Place } from './function-name.ts'
import { codeWithLayersTooLarge, layersElsewhere, sameLayerTwice, tooManyLayers } from './layer-errors.ts'

// AWS's limit of one function.
const LIMIT = 5
/** What code and layers may unpack to: AWS's limit of one function, layers included. */
const UNZIPPED_LIMIT_BYTES = 262_144_000

/** What can be said of a function's layers without looking for them. */
export function checkLayers({ region }: Place, arns: readonly string[]): void {
  if (arns.length > LIMIT) throw tooManyLayers(LIMIT)
  if (arns.some((arn) => isElsewhere(arn, region))) throw layersElsewhere(region)
  const seen = new Map<string, string>()
  for (const arn of arns) {
    const layer = arn.slice(0, arn.lastIndexOf(':'))
    const other = seen.get(layer)
    if (other !== undefined) throw sameLayerTwice(other, arn)
    seen.set(layer, arn)
  }
}

export function checkUnzippedSize(bytes: number): void {
  if (bytes > UNZIPPED_LIMIT_BYTES) throw codeWithLayersTooLarge(bytes, UNZIPPED_LIMIT_BYTES)
}

/** The configuration with these layers in place of those it has; undefined leaves it as it is, none takes all away. */
export function withLayers(
  configuration: FunctionConfiguration,
  layers: readonly FunctionLayer[] | undefined,
): FunctionConfiguration {
  if (layers === undefined) return configuration
  const { layers: _, ...rest } = configuration
  return layers.length === 0 ? rest : { ...rest, layers }
}

/** The packages below `/opt`, the lowest first: later layers lie on top of earlier ones. */
export const layerCode = ({ layers = [] }: FunctionConfiguration): readonly CodePackage[] =>
  layers.map(({ code }) => code)

/** AWS's own layers have no region. */
function isElsewhere(arn: string, region: string): boolean {
  const [, , , there] = arn.split(':')
  return there !== '' && there !== region
}
