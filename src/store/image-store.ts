import type { ImageSource } from '#resources'

/** Container images by the digest of their manifest, unpacked. */
export interface ImageStore {
  /** What a reference means now, for an architecture in Lambda's words. Throws ImageFault. */
  resolve(uri: string, architecture: string): Promise<ResolvedImage>

  /** An image that was resolved before; pulled and unpacked if it is not there. Throws ImageFault. */
  unpacked(image: ImageSource, use?: ImageUse): Promise<UnpackedImage>

  /** What an image that is there takes on disk. */
  sizeBytes(digest: string): Promise<number>

  /** Removes the images whose digest is not in `used`, except those asked for lately. */
  collect(used: ReadonlySet<string>): Promise<void>
}

/** As what it is run: a runtime needs more places to mount on. */
export type ImageUse = 'function' | 'runtime'

export interface ResolvedImage {
  /** In hexadecimal. */
  readonly digest: string
  readonly source: ImageSource
}

/** An image on this host, and what it says about itself. */
export interface UnpackedImage extends ImageSettings {
  /** Its root file system, not to be written to except for places to mount on. */
  readonly directory: string
}

export interface ImageSettings {
  readonly entryPoint: readonly string[]
  readonly command: readonly string[]
  readonly workingDirectory: string
  readonly variables: Readonly<Record<string, string>>
  /** In Lambda's words; undefined: it does not say. */
  readonly architecture?: string
}
