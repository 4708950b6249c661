import { connect, type Socket } from 'node:net'
import type { TestServer } from '../support/server.ts'

/** What came back. `silence`: nothing more came for a long time, and the connection stayed open. */
export interface Answer {
  readonly end: 'whole' | 'closed' | 'silence'
  /** Of the first answer, if there was one. */
  readonly status: number | undefined
  readonly text: string
}

// A busy machine's disk may take many seconds; whoever is silent longer hangs.
const SILENCE_MS = 60_000

/** Sends it and waits for `answers` whole answers, or the end of the connection. */
export function talk(
  server: TestServer,
  send: (socket: Socket) => unknown,
  { answers = 1, silenceMs = SILENCE_MS, isHead = false } = {},
): Promise<Answer> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  let text = ''
  return new Promise((resolve) => {
    const finish = (end: Answer['end']) => {
      socket.destroy()
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]
      resolve({ end, status: status === undefined ? undefined : Number(status), text })
    }
    socket.on('connect', () => send(socket))
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (wholeAnswers(text, isHead) >= answers) finish('whole')
    })
    // Reset or ended: the server wants no more of it.
    socket.on('error', () => finish('closed'))
    socket.on('close', () => finish('closed'))
    socket.setTimeout(silenceMs, () => finish('silence'))
  })
}

/** To HEAD only heads come, which speak of bodies all the same. */
function wholeAnswers(text: string, isHead: boolean): number {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return 0
  if (isHead) return 1
  const head = text.slice(0, end)
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
  // Bodies in chunks end with an empty one; interim answers have none at all.
  const next = /^transfer-encoding: chunked/im.test(head) ? endOfChunks(text, end) : end + 4 + length
  if (next < 0 || next > text.length) return 0
  return (/^HTTP\/1\.1 1/.test(head) ? 0 : 1) + wholeAnswers(text.slice(next), isHead)
}

function endOfChunks(text: string, from: number): number {
  const at = text.indexOf('\r\n0\r\n\r\n', from)
  return at < 0 ? -1 : at + 7
}
