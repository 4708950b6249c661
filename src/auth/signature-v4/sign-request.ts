import { formatAmzDate } from './amz-date.ts'
import { canonicalRequest, sha256, stringToSign } from './canonical-request.ts'
import { type ExpectedScope, TERMINATOR } from './credential-scope.ts'
import { ALGORITHM } from './parsed-signature.ts'
import { percentEncode } from './percent-encoding.ts'
import { MAX_EXPIRES_SECONDS } from './presigned-query.ts'
import { signingKeyOf, signWith } from './signing-key.ts'

export interface SigningCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Names in any case; `host` must be among the headers. */
export interface RequestToSign {
  readonly method: string
  readonly rawPath: string
  readonly rawQuery?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface PresignOptions {
  readonly method?: string
  /** 1..604800. */
  readonly expiresSeconds: number
}

const EMPTY = new Uint8Array()

/** The headers to send: those given, all of them signed, and the ones that carry the signature. */
export function signRequest(
  request: RequestToSign,
  credentials: SigningCredentials,
  scope: ExpectedScope,
  nowMs: number,
): Record<string, string> {
  const timestamp = formatAmzDate(nowMs)
  const payloadHash = request.headers['x-amz-content-sha256'] ?? sha256(request.body ?? EMPTY)
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-date': timestamp,
    'x-amz-content-sha256': payloadHash,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  }
  const signedHeaders = signedHeadersOf(headers)
  const source = { ...request, rawQuery: request.rawQuery ?? '', rawHeaders: Object.entries(headers).flat() }
  const signature = sign(canonicalRequest(source, signedHeaders, payloadHash), timestamp, credentials, scope)
  const credential = credentialOf(credentials, timestamp, scope)
  headers.authorization = `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`
  return headers
}

/** A URL that whoever holds it may call without a key, until it expires. Its payload must be empty. */
export function presignUrl(
  url: string | URL,
  credentials: SigningCredentials,
  scope: ExpectedScope,
  nowMs: number,
  { method = 'GET', expiresSeconds }: PresignOptions,
): string {
  const presigned = new URL(url)
  const timestamp = formatAmzDate(nowMs)
  const parameters = {
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': credentialOf(credentials, timestamp, scope),
    'X-Amz-Date': timestamp,
    'X-Amz-Expires': String(Math.min(expiresSeconds, MAX_EXPIRES_SECONDS)),
    ...(credentials.sessionToken === undefined ? {} : { 'X-Amz-Security-Token': credentials.sessionToken }),
    'X-Amz-SignedHeaders': 'host',
  }
  const added = Object.entries(parameters).map(([name, value]) => `${name}=${percentEncode(value)}`)
  const rawQuery = [presigned.search.slice(1), ...added].filter((part) => part !== '').join('&')
  const source = { method, rawPath: presigned.pathname, rawQuery, rawHeaders: ['host', presigned.host] }
  const signature = sign(canonicalRequest(source, 'host', sha256(EMPTY)), timestamp, credentials, scope)
  return `${presigned.origin}${presigned.pathname}?${rawQuery}&X-Amz-Signature=${signature}`
}

function sign(request: string, timestamp: string, credentials: SigningCredentials, scope: ExpectedScope): string {
  const { accessKeyId, secretAccessKey } = credentials
  const credential = credentialOf(credentials, timestamp, scope)
  const parts = { accessKeyId, date: timestamp.slice(0, 8), ...scope, terminator: TERMINATOR }
  const key = signingKeyOf(credential, parts, secretAccessKey)
  return signWith(key, stringToSign(timestamp, credential.slice(accessKeyId.length + 1), request))
}

const credentialOf = ({ accessKeyId }: SigningCredentials, timestamp: string, { region, service }: ExpectedScope) =>
  `${accessKeyId}/${timestamp.slice(0, 8)}/${region}/${service}/${TERMINATOR}`

const signedHeadersOf = (headers: Readonly<Record<string, string>>) =>
  Object.keys(headers)
    .map((name) => name.toLowerCase())
    .sort()
    .join(';')
