import { ApiError } from '#model'
import { objectDenied, objectNotRead, unzippedTooLarge } from '#resources'
import type { RequestContext } from '../context.ts'
import type { S3Object } from '../object-source.ts'

// What the largest package takes when it is stored without compression, with room for the archive's own directory.
const LIMIT_BYTES = 300_000_000

/** A zip from S3: the caller must be allowed to get it, the server must be able to. */
export async function readS3Code(context: RequestContext, object: S3Object): Promise<Buffer> {
  authorizeRead(context, object)
  const { bucket, key } = object
  const found = await context.objects.read(object, LIMIT_BYTES)
  if (Buffer.isBuffer(found)) return found
  if (found === 'too-large') throw unzippedTooLarge()
  if (found.isDenied) throw objectDenied(bucket, key, found.code, found.message)
  throw objectNotRead(found.code, found.message)
}

/** S3 asks with the caller's rights and so it is S3 that AWS tells of. */
function authorizeRead({ place, authorize }: RequestContext, { bucket, key, version }: S3Object): void {
  const action = version === undefined ? 's3:GetObject' : 's3:GetObjectVersion'
  const arn = `arn:${place.partition}:s3:::${bucket}/${key}`
  try {
    authorize(action, arn)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw objectDenied(bucket, key, 'AccessDenied', error.message.replace(arn, `"${arn}"`), error.cause)
  }
}
