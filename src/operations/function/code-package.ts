import {
  type CodePackage,
  invalidParameter,
  notAZip,
  notSupportedYet,
  unzippedTooLarge,
  zippedTooLarge,
} from '#resources'
import { NotAZip, type Store, UnsafeZip, UnzippedTooLarge } from '#store'

// AWS's limit of a zip that comes with the request.
const ZIP_LIMIT_BYTES = 52_428_800

interface CodeSource {
  readonly ZipFile?: Buffer | undefined
  readonly S3Bucket?: string | undefined
  readonly S3Key?: string | undefined
  readonly ImageUri?: string | undefined
  readonly SourceKMSKeyArn?: string | undefined
}

/** Stores the package that the request carries and returns its identity; a bad one leaves nothing behind. */
export async function storeCode(store: Store, source: CodeSource): Promise<CodePackage> {
  if (source.S3Bucket !== undefined || source.S3Key !== undefined) throw notSupportedYet('Code from S3')
  if (source.ImageUri !== undefined) throw notSupportedYet('Code from a container image')
  if (source.SourceKMSKeyArn) throw notSupportedYet('SourceKMSKeyArn')
  if (source.ZipFile === undefined) throw invalidParameter('Please provide a source for function code.')
  if (source.ZipFile.length > ZIP_LIMIT_BYTES) throw zippedTooLarge()
  try {
    return await store.code.put(source.ZipFile)
  } catch (error) {
    if (error instanceof UnzippedTooLarge) throw unzippedTooLarge()
    if (error instanceof NotAZip || error instanceof UnsafeZip) throw notAZip()
    throw error
  }
}
