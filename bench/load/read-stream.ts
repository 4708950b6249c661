import type { Agent } from 'node:http'
import { request as httpRequest } from 'node:http'
import type { PlainRequest } from './request.ts'

export interface ReadStream {
  readonly bytes: number
  readonly tookMs: number
  /** From the function's write to the arrival of what it wrote, when it says when that was. */
  readonly firstByteUs: number | undefined
}

const LIMIT_MS = 60_000

/** Reads a response as it comes. */
export function readStream(agent: Agent, { method, url, headers, body }: PlainRequest): Promise<ReadStream> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now()
    const options = { agent, method, headers, signal: AbortSignal.timeout(LIMIT_MS) }
    const outgoing = httpRequest(url, options, (incoming) => {
      let bytes = 0
      let firstByteUs: number | undefined
      incoming.on('data', (chunk: Buffer) => {
        if (firstByteUs === undefined && bytes < 4096) firstByteUs = usSinceWritten(chunk)
        bytes += chunk.length
      })
      incoming.on('error', reject)
      incoming.on('end', () => {
        if (incoming.statusCode !== 200) reject(new Error(`${url} answered ${incoming.statusCode}`))
        else resolve({ bytes, tookMs: performance.now() - startedMs, firstByteUs })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function usSinceWritten(chunk: Buffer): number | undefined {
  const now = process.hrtime.bigint()
  const [, written] = /written at (\d+)/.exec(chunk.toString('latin1', 0, 4096)) ?? []
  return written === undefined ? undefined : Number(now - BigInt(written)) / 1000
}
