import { hash } from 'node:crypto'
import { canonicalHeaders } from './canonical-headers.ts'
import { canonicalPath } from './canonical-path.ts'
import { canonicalQuery } from './canonical-query.ts'
import type { CanonicalSource } from './signed-request.ts'

export function canonicalRequest(source: CanonicalSource, signedHeaders: string, payloadHash: string): string {
  const { method, rawPath, rawQuery, rawHeaders } = source
  return `${method}\n${canonicalPath(rawPath)}\n${canonicalQuery(rawQuery)}\n${canonicalHeaders(rawHeaders, signedHeaders)}\n${signedHeaders}\n${payloadHash}`
}

/** `scope` is `date/region/service/aws4_request`. */
export function stringToSign(timestamp: string, scope: string, request: string): string {
  return `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(Buffer.from(request, 'latin1'))}`
}

/** In lower-case hexadecimal digits. */
export const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes)
