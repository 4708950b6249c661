import { createHash } from 'node:crypto'
import { ImageFault } from '../errors.ts'

/** What a reference leads to: a manifest, or an index of one for each platform. Only what is looked at here. */
interface Document {
  readonly mediaType?: string
  readonly manifests?: readonly (PlatformManifest | null)[]
  readonly config?: Descriptor | null
  readonly layers?: readonly (Descriptor | null)[]
}

export interface Descriptor {
  readonly digest: string
  readonly size: number
}

interface PlatformManifest extends Descriptor {
  readonly platform?: { readonly os?: string; readonly architecture?: string } | null
}

/** A manifest of one platform; its layers are listed with their compressed sizes. */
export interface Manifest {
  /** In hexadecimal. */
  readonly digest: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

/** Lambda's words for processors in those of images. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', arm64: 'arm64' }

/** The other way round; those that Lambda has no word for keep theirs. */
export const architectureIn = (platform: string): string =>
  Object.entries(ARCHITECTURES).find(([, name]) => name === platform)?.[0] ?? platform

/** The manifest itself, or the digest of the one for this architecture where the bytes are an index. */
export function readManifest(bytes: Buffer, architecture: string, uri: string): Manifest | string {
  const document = parse(bytes, uri)
  if (Array.isArray(document.manifests)) {
    const found = document.manifests.find(
      (entry: PlatformManifest | null) =>
        entry?.platform?.os === 'linux' && entry.platform.architecture === ARCHITECTURES[architecture],
    )
    if (found === undefined) throw new ImageFault('wrong-platform', uri)
    return hexDigest(found.digest, uri)
  }
  const { config, layers } = document
  // The first form of Docker's manifests has neither.
  if (!Array.isArray(layers)) throw new ImageFault('unsupported', uri)
  const checked = (descriptor: Descriptor | null | undefined) => checkDescriptor(descriptor, uri)
  return { digest: digestOf(bytes), config: checked(config), layers: layers.map(checked) }
}

function checkDescriptor(descriptor: Descriptor | null | undefined, uri: string): Descriptor {
  hexDigest(descriptor?.digest, uri)
  if (!descriptor || !Number.isSafeInteger(descriptor.size) || descriptor.size < 0)
    throw new ImageFault('unsupported', uri)
  return descriptor
}

function parse(bytes: Buffer, uri: string): Document {
  try {
    const document: unknown = JSON.parse(bytes.toString())
    if (typeof document === 'object' && document !== null) return document
  } catch {
    // As any other answer that is no manifest.
  }
  throw new ImageFault('unsupported', uri)
}

/** Refuses other algorithms, and what would not be a name for a file. */
export function hexDigest(digest: unknown, uri: string): string {
  const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(String(digest)) ?? []
  if (hex === undefined) throw new ImageFault('unsupported', uri)
  return hex
}

export const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
