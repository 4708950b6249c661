import type { Socket } from 'node:net'
import type { TestServer } from '../support/server.ts'
import { signedText, textOf } from '../support/signed-text.ts'
import { changeText } from './mutate.ts'
import type { Random } from './random.ts'
import { type Answer, talk } from './wire.ts'

// What no client of HTTP sends.

/** What goes wrong if not undefined. */
export type Verdict = string | undefined

const PATH = '/2015-03-31/functions/echo/invocations'
// Short: these may be left without an answer, and then it is enough that the server goes on.
const silenceMs = 300

/** One connection that misbehaves. */
export async function attack(server: TestServer, random: Random): Promise<Verdict> {
  const [name, send] = random.pick(attacks)
  const invocation = () => textOf(signedText(server, { method: 'POST', path: PATH, body: '{}' }))
  const answer = await talk(server, (socket) => send(socket, random, invocation), { silenceMs, answers: 3 })
  return judge(name, answer)
}

function judge(name: string, { text }: Answer): Verdict {
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))
  const bad = statuses.find((status) => status >= 500 && status !== 501 && status !== 503)
  return bad === undefined ? undefined : `${name}: ${bad}`
}

type Attack = (socket: Socket, random: Random, invocation: () => string) => unknown

const write = (socket: Socket, text: string) => socket.writable && socket.write(text, 'latin1')
const noise = (random: Random, length: number) =>
  Array.from({ length }, () => String.fromCharCode(random.int(256))).join('')

const CHUNK_SIZES = ['0', '-1', 'ffffffffffffffff', '10000000', 'g', '', '1;a=b', ' 1', '0x1', '00000000000000001']

const attacks: readonly (readonly [name: string, attack: Attack])[] = [
  ['noise', (socket, random) => write(socket, noise(random, 1 + random.int(2_000)))],
  [
    'a changed text',
    (socket, random, invocation) => write(socket, changeText(changeText(invocation(), random), random)),
  ],
  ['noise behind a request', (socket, random, invocation) => write(socket, invocation() + noise(random, 200))],
  [
    'byte by byte, and then no more',
    (socket, random, invocation) => {
      const text = invocation()
      const end = random.int(text.length)
      const step = (at: number) => {
        write(socket, text[at] ?? '')
        if (at < end && socket.writable) setImmediate(step, at + 1)
      }
      step(0)
    },
  ],
  [
    'many at once',
    (socket, random, invocation) => write(socket, Array.from({ length: 2 + random.int(20) }, invocation).join('')),
  ],
  ['half closed', (socket, random, invocation) => socket.end(invocation().slice(0, random.int(900)), 'latin1')],
  ['closed behind the request', (socket, _random, invocation) => socket.end(invocation(), 'latin1')],
  [
    'reset',
    (socket, _random, invocation) => {
      write(socket, invocation())
      setImmediate(() => socket.resetAndDestroy())
    },
  ],
  [
    'a huge head',
    (socket, random) => write(socket, `POST ${PATH} HTTP/1.1\r\nX-A: ${'a'.repeat(10_000 + random.int(100_000))}`),
  ],
  ['many headers', (socket, random) => write(socket, `GET / HTTP/1.1\r\n${'X: 1\r\n'.repeat(random.int(4_000))}\r\n`)],
  [
    'a long target',
    (socket, random) => write(socket, `GET /${'a/'.repeat(random.int(20_000))} HTTP/1.1\r\nHost: h\r\n\r\n`),
  ],
  [
    'odd chunks',
    (socket, random) =>
      write(
        socket,
        `POST ${PATH} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${random.pick(CHUNK_SIZES)}\r\n${noise(random, random.int(50))}\r\n0\r\n\r\n`,
      ),
  ],
  [
    'an expectation',
    (socket, random) =>
      write(
        socket,
        `POST ${PATH} HTTP/1.1\r\nHost: h\r\nExpect: ${random.pick(['100-continue', 'x'])}\r\nContent-Length: 2\r\n\r\n{}`,
      ),
  ],
  [
    'an upgrade',
    (socket, random) =>
      write(
        socket,
        `GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: ${random.pick(['h2c', 'websocket', 'x'])}\r\n\r\n`,
      ),
  ],
  ['a tunnel', (socket) => write(socket, 'CONNECT evil:443 HTTP/1.1\r\nHost: evil:443\r\n\r\n')],
  [
    'a length that is never filled',
    (socket, random) =>
      write(
        socket,
        `POST ${PATH} HTTP/1.1\r\nHost: h\r\nContent-Length: ${random.pick(['5', '6291456', '99999999999', '-1', '1e3'])}\r\n\r\n{`,
      ),
  ],
  ['the beginning of TLS', (socket, random) => write(socket, `\x16\x03\x01\x02\x00${noise(random, 200)}`)],
]
