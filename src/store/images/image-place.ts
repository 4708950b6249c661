/** A kind of place that images come from. */
export interface ImagePlace {
  /** The manifest or index that a tag or a digest means. Throws ImageFault. */
  manifest(): Promise<Buffer>

  /**
   * Makes an OCI layout `layout` below `directory` with the image of this digest under the tag `image`. Throws
   * ImageFault.
   */
  copy(digest: string, directory: string, signal: AbortSignal): Promise<void>
}
