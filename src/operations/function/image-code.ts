import { ApiError } from '#model'
import {
  type CodePackage,
  type ImageAddress,
  imageRefused,
  imageRepositoryArn,
  imagesNeedBubblewrap,
  parseImageUri,
} from '#resources'
import { ImageFault } from '#store'
import type { RequestContext } from '../context.ts'

/** What pulling an image from ECR takes. */
const RIGHTS = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']

/** What the image is now, whatever its tag will mean later; it is pulled while the function is Pending. */
export async function resolveImage(context: RequestContext, uri: string, architecture: string): Promise<CodePackage> {
  if (!context.runsImages) throw imagesNeedBubblewrap()
  const address = parseImageUri(uri)
  if (address === undefined) throw imageRefused('not-a-reference', uri)
  authorizePull(context, address, uri)
  try {
    const { digest, source } = await context.store.images.resolve(uri, architecture)
    return { sha256: digest, size: 0, image: source }
  } catch (error) {
    if (!(error instanceof ImageFault)) throw error
    const { kind, cause } = error
    context.log.warn('a container image was refused', { image: uri, kind, cause })
    throw imageRefused(kind, uri, cause)
  }
}

/** The server's own credentials would let anybody have any image, so the caller needs what he would need for ECR. */
function authorizePull({ place, caller, authorize }: RequestContext, address: ImageAddress, uri: string): void {
  try {
    for (const right of RIGHTS) authorize(right, imageRepositoryArn(place, caller.account, address))
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw imageRefused('denied', uri, error)
  }
}
