/** An object of S3's. */
export interface S3Object {
  readonly bucket: string
  readonly key: string
  /** Undefined: the current one. */
  readonly version?: string | undefined
}

/** Reads objects from S3, or from what speaks like it, with the server's own credentials. */
export interface ObjectSource {
  /** The whole object; or why it cannot be had, which it always tells in less than a minute. */
  read(object: S3Object, limitBytes: number): Promise<Buffer | 'too-large' | S3Failure>
}

/** In S3's words where S3 has answered. */
export interface S3Failure {
  readonly code: string
  readonly message: string
  /** The server's credentials do not do for this object. */
  readonly isDenied: boolean
}
