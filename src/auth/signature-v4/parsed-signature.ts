import type { Credential } from './credential-scope.ts'

export const ALGORITHM = 'AWS4-HMAC-SHA256'

/** A signature whose form is right; nothing about it has been verified yet. */
export interface ParsedSignature extends Credential {
  /** The credential as sent: key id and scope in one text. */
  readonly credential: string
  /** The request's date in the basic form, `20130609T095204Z`. */
  readonly timestamp: string
  readonly timestampMs: number
  /** Lower-case names in the order they were signed, separated by semicolons. */
  readonly signedHeaders: string
  readonly signature: string
  readonly sessionToken?: string | undefined
  /** What the payload's hash is said to be; undefined leaves it to the payload. */
  readonly payloadHash?: string | undefined
  /** How long a presigned request stays valid, 1..604800; undefined means the usual window. */
  readonly expiresSeconds?: number | undefined
  readonly isPresigned: boolean
}
