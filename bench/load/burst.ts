import { Agent, request as httpRequest } from 'node:http'
import type { PlainRequest } from './request.ts'

/** Sends all requests at the same time, each over a connection of its own; any refusal or failure fails the run. */
export async function burst(requests: readonly PlainRequest[], limitMs: number): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: false, maxSockets: requests.length })
  return await Promise.all(requests.map((request) => timed(agent, request, limitMs)))
}

function timed(agent: Agent, { method, url, headers, body }: PlainRequest, limitMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now()
    const options = { agent, method, headers, signal: AbortSignal.timeout(limitMs) }
    const outgoing = httpRequest(url, options, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk) => (text += chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const isRight = incoming.statusCode === 200 && !('x-amz-function-error' in incoming.headers)
        if (isRight) resolve(performance.now() - startedMs)
        else reject(new Error(`${url} answered ${incoming.statusCode}: ${text}`))
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
