import { connect } from 'node:net'
import type { TestServer } from './server.ts'

/** What comes back for these parts, sent one after the other, until the server has answered `answers` times or closes. */
export function exchange(server: TestServer, parts: readonly string[], answers = 1): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  return new Promise((resolve, reject) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (countWhole(text) >= answers) socket.end()
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
    socket.setTimeout(60_000, () => socket.destroy(new Error(`no answer to ${JSON.stringify(parts)}; so far: ${text}`)))
    void send()

    async function send(): Promise<void> {
      for (const part of parts) {
        await new Promise((resolve) => socket.write(part, 'latin1', resolve))
        // Apart in time, so that they arrive as chunks of their own.
        if (parts.length > 1) await new Promise((resolve) => setTimeout(resolve, 30))
      }
    }
  })
}

function countWhole(text: string): number {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return 0
  const length = Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0)
  const next = end + 4 + length
  return next > text.length ? 0 : 1 + countWhole(text.slice(next))
}
