import {
  type CodePackage,
  capacityProviderNotFound,
  codeStorageExceeded,
  type FunctionConfiguration,
  imageUriMissing,
  imageUriOfZip,
  noCode,
  notAZip,
  notSupportedYet,
  onlyImageUri,
  onlyZipFile,
  tooManyVersionsOfProvider,
  unzippedTooLarge,
  VERSIONS_PER_PROVIDER,
  zippedTooLarge,
} from '#resources'
import { CapacityProviderFull, CodeStorageFull, NoCapacityProvider, NotAZip, UnsafeZip, UnzippedTooLarge } from '#store'
import type { RequestContext } from '../context.ts'
import { resolveImage } from './image-code.ts'
import { readS3Code } from './s3-code.ts'

// AWS's limit of a zip that comes with the request.
const ZIP_LIMIT_BYTES = 52_428_800

/** Where a function's or a layer's code comes from. */
interface CodeSource {
  readonly ZipFile?: Buffer | undefined
  readonly S3Bucket?: string | undefined
  readonly S3Key?: string | undefined
  readonly S3ObjectVersion?: string | undefined
  readonly S3ObjectStorageMode?: string | undefined
  readonly ImageUri?: string | undefined
  readonly SourceKMSKeyArn?: string | undefined
}

/** The code of a function: a package that is stored, or an image that is looked up. */
export function findCode(
  context: RequestContext,
  { packageType, architecture }: Pick<FunctionConfiguration, 'packageType' | 'architecture'>,
  source: CodeSource,
  doing: 'creating' | 'updating',
): Promise<CodePackage> {
  const { ImageUri: image } = source
  if (packageType === 'Image') {
    if (image === undefined) throw imageUriMissing(doing)
    if (source.ZipFile !== undefined || source.S3Bucket !== undefined) throw onlyImageUri()
    return resolveImage(context, image, architecture)
  }
  if (image !== undefined && source.ZipFile === undefined) throw imageUriOfZip(doing)
  return storeCode(context, source)
}

/** Stores the package that the request carries or names and returns its identity; a bad one leaves nothing behind. */
export async function storeCode(context: RequestContext, source: CodeSource): Promise<CodePackage> {
  const zip = await readCode(context, source)
  try {
    return await context.store.code.put(zip)
  } catch (error) {
    if (error instanceof UnzippedTooLarge) throw unzippedTooLarge()
    if (error instanceof NotAZip || error instanceof UnsafeZip) throw notAZip()
    throw error
  }
}

/** For the commit that would add the package to the account's. */
export function refuseFullStorage(error: unknown): never {
  throw error instanceof CodeStorageFull ? codeStorageExceeded() : error
}

/** For that of a function version, which may need a place on its capacity provider as well. */
export function refuseUnstorable(error: unknown): never {
  if (error instanceof NoCapacityProvider) throw capacityProviderNotFound(error.arn)
  if (error instanceof CapacityProviderFull) throw tooManyVersionsOfProvider(error.arn, VERSIONS_PER_PROVIDER)
  return refuseFullStorage(error)
}

function readCode(context: RequestContext, source: CodeSource): Buffer | Promise<Buffer> {
  const { ZipFile: zip, S3Bucket: bucket, S3Key: key, S3ObjectVersion: version, ImageUri: image } = source
  if (zip !== undefined && [bucket, key, version, image].some((other) => other !== undefined)) throw onlyZipFile()
  if (source.SourceKMSKeyArn) throw notSupportedYet('SourceKMSKeyArn')
  if (source.S3ObjectStorageMode === 'REFERENCE') throw notSupportedYet('S3ObjectStorageMode REFERENCE')
  if (zip !== undefined) return checkZip(zip)
  if (bucket === undefined || key === undefined) throw noCode()
  return readS3Code(context, { bucket, key, version })
}

function checkZip(zip: Buffer): Buffer {
  if (zip.length > ZIP_LIMIT_BYTES) throw zippedTooLarge()
  return zip
}
