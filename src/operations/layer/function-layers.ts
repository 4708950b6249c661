import {
  type CodePackage,
  checkLayers,
  checkUnzippedSize,
  type FunctionConfiguration,
  type FunctionLayer,
  layerCode,
  noSuchLayerVersion,
  parseLayerVersionArn,
} from '#resources'
import type { RequestContext } from '../context.ts'

/** The layer versions that a function is to use: they must exist, and the caller must be allowed to get each of them. */
export async function findLayers(
  context: RequestContext,
  arns: readonly string[] | undefined,
): Promise<readonly FunctionLayer[] | undefined> {
  if (arns === undefined) return undefined
  checkLayers(context.place, arns)
  for (const arn of arns) context.authorize('lambda:GetLayerVersion', arn)
  return Promise.all(arns.map((arn) => findLayer(context, arn)))
}

async function findLayer({ store, place }: RequestContext, arn: string): Promise<FunctionLayer> {
  const address = parseLayerVersionArn(place, arn)
  const layer = address && (await store.layers.find(address.account, address.layerName, address.version))
  if (!layer) throw noSuchLayerVersion(arn)
  return { arn, code: layer.code }
}

/** Code and layers together have AWS's limit; without layers the package has been held to it. */
export async function checkSizeWithLayers(
  { store }: RequestContext,
  code: CodePackage,
  configuration: FunctionConfiguration,
): Promise<void> {
  const layers = layerCode(configuration)
  if (layers.length === 0) return
  const sizes = await Promise.all([code, ...layers].map(({ sha256 }) => store.code.unzippedBytes(sha256)))
  checkUnzippedSize(sizes.reduce((sum, bytes) => sum + bytes, 0))
}
