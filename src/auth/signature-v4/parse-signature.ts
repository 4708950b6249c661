import { parseAuthorizationHeader } from './authorization-header.ts'
import type { ParsedSignature } from './parsed-signature.ts'
import { isPresigned, parsePresignedQuery } from './presigned-query.ts'
import { hostNotSigned, missingAuthenticationToken } from './signature-errors.ts'
import { headerOf, type SignedRequest } from './signed-request.ts'

/** The signature of a request, from its Authorization header or else from its query. */
export function parseSignature(request: SignedRequest): ParsedSignature {
  const signature = findSignature(request)
  if (!isHostSigned(signature.signedHeaders)) throw hostNotSigned()
  return signature
}

function findSignature(request: SignedRequest): ParsedSignature {
  const authorization = headerOf(request, 'authorization')
  if (authorization) return parseAuthorizationHeader(authorization, request)
  if (isPresigned(request.rawQuery)) return parsePresignedQuery(request)
  throw missingAuthenticationToken()
}

const isHostSigned = (signedHeaders: string) => {
  const names = `;${signedHeaders};`
  return names.includes(';host;') || names.includes(';:authority;')
}
