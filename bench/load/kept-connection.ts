import { Agent, request as httpRequest } from 'node:http'
import type { PlainRequest } from './request.ts'

export interface TimedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  readonly tookMs: number
}

/** One connection that stays open, so that no request pays for connecting but the first. */
export interface KeptConnection extends Disposable {
  send(request: PlainRequest): Promise<TimedAnswer>
}

const LIMIT_MS = 30_000

export function openKeptConnection(): KeptConnection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    send: ({ method, url, headers, body }) =>
      new Promise((resolve, reject) => {
        const startedMs = performance.now()
        const outgoing = httpRequest(
          url,
          { agent, method, headers, signal: AbortSignal.timeout(LIMIT_MS) },
          (incoming) => {
            let text = ''
            incoming.setEncoding('utf8')
            incoming.on('data', (chunk) => (text += chunk))
            incoming.on('error', reject)
            incoming.on('end', () =>
              resolve({
                status: incoming.statusCode ?? 0,
                headers: incoming.headers,
                body: text,
                tookMs: performance.now() - startedMs,
              }),
            )
          },
        )
        outgoing.on('error', reject)
        outgoing.end(body)
      }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}
