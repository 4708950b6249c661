import type { Clock } from '#base'
import type { Caller, Identity } from './caller.ts'
import { checkScope, type ExpectedScope } from './signature-v4/credential-scope.ts'
import { parseSignature } from './signature-v4/parse-signature.ts'
import type { SignedRequest } from './signature-v4/signed-request.ts'
import { verifySignature } from './signature-v4/verify-signature.ts'

/** Finds an active key. Answer without a promise when the key is in memory: the hot path then never awaits. */
export type IdentityLookUp = (
  accessKeyId: string,
  sessionToken: string | undefined,
) => Identity | undefined | Promise<Identity | undefined>

export type AuthenticationOptions =
  /** `secure`: the request came over TLS, which alone may carry an unsigned payload. */
  | { readonly mode: 'iam'; readonly secure: boolean }
  /** Anybody is `caller`. */
  | { readonly mode: 'none'; readonly caller: Caller }

/**
 * Tells who signed the request, or throws what AWS says: first about the signature's form, then about its scope,
 * the key, the date and last the signature itself. A promise only if `lookUp` gives one.
 */
export function authenticate(
  request: SignedRequest,
  expected: ExpectedScope,
  clock: Clock,
  lookUp: IdentityLookUp,
  options: AuthenticationOptions,
): Caller | Promise<Caller> {
  if (options.mode === 'none') return options.caller
  const signature = parseSignature(request)
  checkScope(signature, expected)
  const verify = (identity: Identity | undefined) =>
    verifySignature(request, signature, identity, { nowMs: clock.now(), secure: options.secure })
  const found = lookUp(signature.accessKeyId, signature.sessionToken)
  return found instanceof Promise ? found.then(verify) : verify(found)
}
