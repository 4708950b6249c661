import { timingSafeEqual } from 'node:crypto'
import type { Caller, Identity } from '../caller.ts'
import { withoutSignature } from './canonical-query.ts'
import { canonicalRequest, sha256, stringToSign } from './canonical-request.ts'
import { checkDate } from './date-window.ts'
import type { ParsedSignature } from './parsed-signature.ts'
import {
  expiredSecurityToken,
  invalidSecurityToken,
  payloadHashMismatch,
  signatureMismatch,
} from './signature-errors.ts'
import type { SignedRequest } from './signed-request.ts'
import { signingKeyOf, signWith } from './signing-key.ts'

const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'

export interface Verification {
  readonly nowMs: number
  /** Over TLS, where the payload may stay unsigned. */
  readonly secure: boolean
}

/** The identity's caller, if the identity made this signature of this request lately. */
export function verifySignature(
  request: SignedRequest,
  signature: ParsedSignature,
  identity: Identity | undefined,
  { nowMs, secure }: Verification,
): Caller {
  if (!identity || !hasToken(identity, signature.sessionToken)) throw invalidSecurityToken()
  if (identity.expiresAtMs !== undefined && identity.expiresAtMs <= nowMs) throw expiredSecurityToken()
  checkDate(signature, nowMs)
  const claimed = signature.payloadHash
  const payloadHash = claimed ?? sha256(request.body)
  if (!isSame(signature.signature, computeSignature(request, signature, payloadHash, identity)))
    throw signatureMismatch()
  // The signature covers the hash that was claimed; now the payload must live up to it.
  if (claimed !== undefined && !isPayloadOf(request, claimed, secure)) throw payloadHashMismatch()
  return identity.caller
}

function computeSignature(
  request: SignedRequest,
  signature: ParsedSignature,
  payloadHash: string,
  identity: Identity,
): string {
  const source = signature.isPresigned ? { ...request, rawQuery: withoutSignature(request.rawQuery) } : request
  const scope = signature.credential.slice(signature.accessKeyId.length + 1)
  const text = stringToSign(signature.timestamp, scope, canonicalRequest(source, signature.signedHeaders, payloadHash))
  return signWith(signingKeyOf(signature.credential, signature, identity.secretAccessKey), text)
}

const isPayloadOf = (request: SignedRequest, claimed: string, secure: boolean) =>
  (secure && claimed === UNSIGNED_PAYLOAD) || claimed === sha256(request.body)

function hasToken({ sessionToken }: Identity, given: string | undefined): boolean {
  if (sessionToken === undefined || given === undefined) return sessionToken === given
  return isSame(sessionToken, given)
}

/** In a time that does not tell where the texts differ. */
function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'))
}
