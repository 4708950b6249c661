import { accessDeniedException, TooManyRequestsException } from '#model'
import type { Reason } from './function.ts'
import { invalidParameter } from './function-errors.ts'

// AWS's sentences about functions from container images.

/** What may be wrong with an image. The last ones are about this host, and may pass. */
export type ImageFaultKind =
  | 'not-a-reference'
  | 'not-found'
  | 'denied'
  | 'unsupported'
  | 'wrong-platform'
  | 'no-place'
  | 'too-large'
  | 'unreachable'
  | 'busy'
  | 'no-tools'
  | 'no-layouts'

function notSupported(uri: string): string {
  return `The image manifest, config or layer media type for the source image ${uri} is not supported.`
}

const sentences: Readonly<Record<ImageFaultKind, (uri: string) => string>> = {
  'not-a-reference': (uri) => `Source image ${uri} is not valid. Provide a valid source image.`,
  'not-found': (uri) => `Source image ${uri} does not exist. Provide a valid source image.`,
  denied: () => 'Lambda does not have permission to access the ECR image. Check the ECR permissions.',
  unsupported: notSupported,
  'wrong-platform': notSupported,
  'no-place': (uri) => `Source image ${uri} has links or files in the place of directories.`,
  'too-large': (uri) => `The source image ${uri} is larger than the limit of this host.`,
  unreachable: (uri) => `Source image ${uri} could not be read: its registry does not answer as one.`,
  busy: (uri) => `Source image ${uri} could not be read: too many others are being read.`,
  'no-tools': () =>
    'Container images are taken in with skopeo and umoci, which are not installed on this host (apt-get install skopeo umoci).',
  'no-layouts': (uri) =>
    `Source image ${uri} is not valid: images are read from a directory only if lambent is started with --image-layouts <directory>.`,
}

export const imageFaultText = (kind: ImageFaultKind, uri: string): string => sentences[kind](uri)

export function imageRefused(kind: ImageFaultKind, uri: string, cause?: unknown) {
  const message = sentences[kind](uri)
  if (kind === 'denied') return accessDeniedException(message, cause)
  return kind === 'busy' ? new TooManyRequestsException({ Type: 'User', message }) : invalidParameter(message)
}

/** How a creation or an update ends whose image turns out to be none; undefined: it is worth another try. */
export function imageFailure(kind: ImageFaultKind, uri: string): Reason | undefined {
  const code = FAILURES[kind]
  return code === undefined ? undefined : { code, text: sentences[kind](uri) }
}

const FAILURES: Readonly<Partial<Record<ImageFaultKind, string>>> = {
  'not-found': 'ImageDeleted',
  denied: 'ImageAccessDenied',
  unsupported: 'InvalidImage',
  'wrong-platform': 'InvalidImage',
  'too-large': 'InvalidImage',
}

export const imagesNeedBubblewrap = () =>
  invalidParameter('Functions from container images need lambent to be started with --isolation bubblewrap.')

export const onlyImageUri = () =>
  invalidParameter('Please do not provide other FunctionCode parameters when providing an ImageUri.')

export const imageUriMissing = (doing: 'creating' | 'updating') =>
  invalidParameter(`Please provide ImageUri when ${doing} a function with packageType Image.`)

export const imageUriOfZip = (doing: 'creating' | 'updating') =>
  invalidParameter(`Please don't provide ImageUri when ${doing} a function with packageType Zip.`)

export const onlyForZip = () =>
  invalidParameter("Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.")

/** Not AWS's own sentence. */
export const nulInImageConfig = () => invalidParameter('ImageConfig must not contain the character NUL.')

export const onlyForImages = () =>
  invalidParameter("Please don't provide ImageConfig when the intended function PackageType is Zip.")
