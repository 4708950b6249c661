import { parseAmzDate } from './amz-date.ts'
import { parseCredential } from './credential-scope.ts'
import { ALGORITHM, type ParsedSignature } from './parsed-signature.ts'
import { percentDecode } from './percent-encoding.ts'
import { incompleteQuery, invalidExpires, malformedDate, unsupportedAlgorithm } from './signature-errors.ts'
import { headerOf, type SignedRequest } from './signed-request.ts'

/** AWS's limit: a week. */
export const MAX_EXPIRES_SECONDS = 604_800

const REQUIRED = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
] as const

export const isPresigned = (rawQuery: string) =>
  rawQuery !== '' && (rawQuery.includes('X-Amz-Algorithm=') || rawQuery.includes('X-Amz-Signature='))

/** The parameters `X-Amz-…` of a presigned URL. */
export function parsePresignedQuery(request: SignedRequest): ParsedSignature {
  const query = parametersOf(request.rawQuery)
  const [algorithm, credential, signature, signedHeaders, timestamp] = REQUIRED.map((name) => query.get(name))
  if (!algorithm || !credential || !signature || !signedHeaders || !timestamp)
    throw incompleteQuery(REQUIRED.filter((name) => !query.get(name)))
  if (algorithm !== ALGORITHM) throw unsupportedAlgorithm(algorithm)
  const timestampMs = parseAmzDate(timestamp)
  if (timestampMs === undefined) throw malformedDate(timestamp)
  return {
    ...parseCredential(credential),
    credential,
    timestamp,
    timestampMs,
    signedHeaders: signedHeaders.toLowerCase(),
    signature,
    sessionToken: query.get('X-Amz-Security-Token') ?? headerOf(request, 'x-amz-security-token'),
    // Signers move the header into the query and keep the case in which the client wrote it.
    payloadHash:
      query.get('X-Amz-Content-Sha256') ??
      query.get('x-amz-content-sha256') ??
      headerOf(request, 'x-amz-content-sha256'),
    expiresSeconds: parseExpires(query.get('X-Amz-Expires')),
    isPresigned: true,
  }
}

function parseExpires(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (seconds < 1 || seconds > MAX_EXPIRES_SECONDS) throw invalidExpires(MAX_EXPIRES_SECONDS)
  return seconds
}

function parametersOf(rawQuery: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const pair of rawQuery.split('&')) {
    const [name = '', value = ''] = splitOnce(pair)
    if (!parameters.has(name)) parameters.set(name, percentDecode(value))
  }
  return parameters
}

function splitOnce(pair: string): readonly string[] {
  const equals = pair.indexOf('=')
  return equals < 0 ? [pair] : [pair.slice(0, equals), pair.slice(equals + 1)]
}
