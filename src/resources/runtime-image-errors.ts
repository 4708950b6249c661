import { ApiError } from '#model'
import { type ImageFaultKind, imageFaultText } from './image-errors.ts'
import { RUNTIME_MOUNTS } from './image-mounts.ts'
import { howToGetRuntime, type RuntimeImage } from './runtime-image.ts'
import { HOST_ARCHITECTURE, runtimeValueSet } from './runtimes.ts'

// What becomes of `lambent runtimes`; AWS has nothing of the kind, so the sentences are ours.

const invalid = (message: string) => new ApiError('InvalidParameterValueException', 400, { message })

export const noSuchRuntime = (runtime: string) =>
  invalid(`There is no runtime ${runtime}: the runtimes are ${runtimeValueSet.slice(1, -1)}.`)

export const runtimeImagesNeedBubblewrap = () =>
  invalid('Runtimes from container images need lambent to be started with --isolation bubblewrap.')

export const runtimeNotPulled = (runtime: string) =>
  new ApiError('ResourceNotFoundException', 404, { Message: `No image was pulled for the runtime ${runtime}.` })

export const alreadyPulling = (runtime: string) =>
  new ApiError('ResourceConflictException', 409, { Message: `An image is being pulled for the runtime ${runtime}.` })

/** For a function's log, and its error where nothing else runs it. */
export const lostRuntimeImage = ({ runtime, source }: RuntimeImage) =>
  `the image ${source.uri} of ${runtime} is not there any more and could not be pulled again: "${howToGetRuntime(runtime)}" brings another`

const RUNTIME_PLACES = RUNTIME_MOUNTS.map((name) => `/${name}`).join(', ')

const sentences: Readonly<Partial<Record<ImageFaultKind, (uri: string) => string>>> = {
  'not-a-reference': (uri) =>
    `${uri} names no image: REGISTRY/NAME:TAG, REGISTRY/NAME@sha256:DIGEST or oci:LAYOUT:TAG would.`,
  'not-found': (uri) => `There is no image ${uri}.`,
  denied: (uri) => `The registry does not let lambent read ${uri}: see --image-auth-file.`,
  unsupported: (uri) => `${uri} is no image that can be unpacked here.`,
  'wrong-platform': (uri) => `${uri} is not for Linux on ${HOST_ARCHITECTURE}.`,
  'no-place': (uri) =>
    `${uri} has a link or a file in the place of ${RUNTIME_PLACES}, which functions need as directories.`,
  'too-large': (uri) => `${uri} is larger than --image-mb allows.`,
  unreachable: (uri) => `${uri} could not be read: its registry does not answer as one.`,
}

/** Why an image cannot be had for a runtime. */
export const runtimeImageFault = (kind: ImageFaultKind, uri: string): string =>
  sentences[kind]?.(uri) ?? imageFaultText(kind, uri)

export const runtimeImageRefused = (kind: ImageFaultKind, uri: string) => invalid(runtimeImageFault(kind, uri))
