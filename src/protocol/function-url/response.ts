import { validateHeaderName, validateHeaderValue } from 'node:http'
import { parseJsonBytes } from '#base'
import type { HttpResponse } from '../http.ts'

/** Undefined where what the function answered cannot be an answer to the client. */
export function readUrlResponse(payload: Buffer): HttpResponse | undefined {
  const parsed = parseJsonBytes(payload)
  if ('problem' in parsed) return plain(payload)
  const { value } = parsed
  if (typeof value === 'string') return plain(value)
  return isObject(value) && 'statusCode' in value ? mapped(value) : plain(JSON.stringify(value))
}

const JSON_TYPE = { 'Content-Type': 'application/json' }

/** What says nothing of a status is the body itself. */
const plain = (body: string | Buffer): HttpResponse => ({ status: 200, headers: JSON_TYPE, body })

function mapped({ body, isBase64Encoded, ...metadata }: Record<string, unknown>): HttpResponse | undefined {
  const read = readMetadata(metadata, JSON_TYPE)
  return read && { ...read, body: bodyOf(body, isBase64Encoded === true) }
}

/** Status, headers and cookies of a response; undefined when they cannot be sent. */
export function readMetadata(
  { statusCode, headers = {}, cookies = [] }: Record<string, unknown>,
  defaultType: Readonly<Record<string, string>>,
): Pick<HttpResponse, 'status' | 'headers'> | undefined {
  const status = statusOf(statusCode)
  const read = isObject(headers) && Array.isArray(cookies) ? readHeaders(headers, cookies, defaultType) : undefined
  return status === undefined || read === undefined ? undefined : { status, headers: read }
}

/** A number, or a text of one. The others are not for an answer to end with. */
function statusOf(statusCode: unknown): number | undefined {
  const status = typeof statusCode === 'string' && statusCode !== '' ? Number(statusCode) : statusCode
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined
}

function bodyOf(body: unknown, isBase64Encoded: boolean): string | Buffer {
  const text = typeof body === 'string' ? body : body === undefined || body === null ? '' : JSON.stringify(body)
  return isBase64Encoded ? Buffer.from(text, 'base64') : text
}

/** Headers that are the server's to set: AWS passes the function's own on under another name. */
const REMAPPED = new Set([
  'authorization',
  'connection',
  'content-length',
  'date',
  'host',
  'keep-alive',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amzn-requestid',
  'x-amzn-trace-id',
])

type Headers = Record<string, string | string[]>

/** Undefined when one of them cannot be sent. */
function readHeaders(
  given: Record<string, unknown>,
  cookies: readonly unknown[],
  defaultType: Readonly<Record<string, string>>,
): Headers | undefined {
  const headers: Headers = {}
  let hasType = false
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue
    if (typeof value === 'object' || !isSendable(name, String(value))) return undefined
    hasType ||= name.toLowerCase() === 'content-type'
    headers[REMAPPED.has(name.toLowerCase()) ? `x-amzn-Remapped-${name}` : name] = String(value)
  }
  if (!cookies.every((cookie) => typeof cookie === 'string' && isSendable('Set-Cookie', cookie))) return undefined
  return {
    ...(hasType ? {} : defaultType),
    ...headers,
    ...(cookies.length > 0 && { 'Set-Cookie': cookies as string[] }),
  }
}

export function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
