import { readFileSync } from 'node:fs'
import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { signRequest } from '#auth'
import type { Credentials, TestServer } from './server.ts'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** The body parsed, when it is JSON. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface RawRequest {
  readonly method: string
  /** Path and query, as they are sent. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** Sends exactly this, without a signature. */
export function sendRaw(server: TestServer, { method, path, headers = {}, body = '' }: RawRequest): Promise<RawAnswer> {
  // Said aloud: Node leaves it out for the methods that usually have no body.
  const length = body.length > 0 ? { 'content-length': Buffer.byteLength(body) } : {}
  return new Promise((resolve, reject) => {
    const trusted = server.ca === undefined ? {} : { ca: readFileSync(server.ca) }
    const options = { method, path, headers: { ...length, ...headers }, agent: false, ...trusted } as const
    const request = server.ca === undefined ? requestPlain : requestSecure
    const outgoing = request(server.url, options, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, body: parsed(text) })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Signs it as an SDK would and sends it. */
export function sendSigned(
  server: TestServer,
  raw: RawRequest,
  credentials: Credentials = server.credentials,
  service = 'lambda',
): Promise<RawAnswer> {
  const [rawPath = '/', rawQuery = ''] = raw.path.split('?')
  const body = Buffer.from(raw.body ?? '')
  const signed = signRequest(
    { method: raw.method, rawPath, rawQuery, headers: { ...raw.headers, host: new URL(server.url).host }, body },
    credentials,
    { region: server.region, service },
    Date.now(),
  )
  return sendRaw(server, { ...raw, headers: signed, body })
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
