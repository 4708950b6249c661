import { signRequest } from '#auth'
import { systemClock } from '#base'
import { BadOption } from '../bad-option.ts'
import { readRootKey } from '../root-credentials.ts'

/** A running server, and as whom to ask it. */
export interface Server {
  readonly url: string
  readonly region: string
  readonly dataDirectory: string
  /** Undefined: the server's own. */
  readonly account?: string | undefined
}

// A server that is there answers at once.
const LONGEST_MS = 60_000

/** Asks the server as the root user of an account, with the key that is in the data directory. */
export async function askServer(server: Server, method: string, path: string, asked = ''): Promise<unknown> {
  const key = await readRootKey(server.dataDirectory, server.account)
  if (!key) throw new BadOption(`there are no root credentials in ${server.dataDirectory}`)
  const { host } = new URL(server.url)
  // The server refuses when it takes the key for another account's.
  const query = [asked, server.account && `account=${server.account}`].filter(Boolean).join('&')
  const rawPath = `/_lambent/${path}`
  const scope = { region: server.region, service: 'lambda' }
  const headers = signRequest({ method, rawPath, rawQuery: query, headers: { host } }, key, scope, systemClock.now())
  const url = `${server.url}${rawPath}${query === '' ? '' : `?${query}`}`
  const answer = await fetch(url, { method, headers, signal: AbortSignal.timeout(LONGEST_MS) }).catch((cause) => {
    throw new BadOption(`no server answers at ${server.url} (${cause.cause?.message ?? cause.message})`)
  })
  const body = (await answer.json()) as { readonly message?: string; readonly Message?: string }
  if (!answer.ok) throw new BadOption(body.message ?? body.Message ?? `the server answers ${answer.status}`)
  return body
}
