/** Where container images come from, and how large they may be. */
export interface ImageOptions {
  /** `host` or `host:port` of registries that may be spoken to without TLS; those of the loopback interface always may. */
  readonly insecureRegistries: readonly string[]
  /** Credentials for registries, as skopeo and Docker keep them; undefined: none. */
  readonly authFile?: string
  /** Directories below it are OCI layouts that functions may be made of; undefined: none are. */
  readonly layoutsDirectory?: string
  /** What an image may take on disk, compressed or unpacked. */
  readonly limitBytes: number
}

// AWS's limit of an unpacked image is 10 GB.
export const defaultImageOptions: ImageOptions = { insecureRegistries: [], limitBytes: 10 * 1024 ** 3 }
