import { amzDateFromHttpDate, parseAmzDate } from './amz-date.ts'
import { parseCredential } from './credential-scope.ts'
import { ALGORITHM, type ParsedSignature } from './parsed-signature.ts'
import { incompleteHeader, malformedDate } from './signature-errors.ts'
import { headerOf, type SignedRequest } from './signed-request.ts'

/** `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` with the date of a header beside it. */
export function parseAuthorizationHeader(authorization: string, request: SignedRequest): ParsedSignature {
  const { credential, signedHeaders, signature } = parseParameters(authorization)
  const date = headerOf(request, 'x-amz-date') ?? headerOf(request, 'date')
  if (!credential || !signature || !signedHeaders || !date) {
    const missing = Object.entries({ Credential: credential, Signature: signature, SignedHeaders: signedHeaders })
    throw incompleteHeader(
      missing.filter(([, value]) => !value).map(([name]) => name),
      Boolean(date),
      authorization,
    )
  }
  const { accessKeyId, date: day, region, service, terminator } = parseCredential(credential)
  const timestamp = amzDateFromHttpDate(date)
  const timestampMs = timestamp && parseAmzDate(timestamp)
  if (!timestamp || !timestampMs) throw malformedDate(date)
  return {
    accessKeyId,
    date: day,
    region,
    service,
    terminator,
    credential,
    timestamp,
    timestampMs,
    signedHeaders: signedHeaders.toLowerCase(),
    signature,
    sessionToken: headerOf(request, 'x-amz-security-token'),
    payloadHash: headerOf(request, 'x-amz-content-sha256'),
    isPresigned: false,
  }
}

interface Parameters {
  credential?: string
  signedHeaders?: string
  signature?: string
}

/** Another algorithm's header has no parameters that count. */
function parseParameters(authorization: string): Parameters {
  const parameters: Parameters = {}
  if (!authorization.startsWith(`${ALGORITHM} `)) return parameters
  for (const part of authorization.slice(ALGORITHM.length).split(',')) {
    const equals = part.indexOf('=')
    const value = part.slice(equals + 1).trim()
    switch (part.slice(0, equals).trim()) {
      case 'Credential':
        parameters.credential = value
        break
      case 'SignedHeaders':
        parameters.signedHeaders = value
        break
      case 'Signature':
        parameters.signature = value
        break
    }
  }
  return parameters
}
