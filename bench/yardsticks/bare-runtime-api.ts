import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

// The yardstick of AWS's runtime clients, a program of its own: the least that serves `next` and `response` by TCP.
// It prints its address; for each line `COUNT EVENT` of its input it hands out so many events, one after the other, and
// prints the median time in microseconds from an event until the client has answered it and asks for the next: before
// that, nobody could give it another.

const ACCEPTED =
  'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status":"OK"}\n'

let waiting: Socket | undefined
let event = ''
let left = 0
let sentMs = 0
let tookMs: number[] = []

const server = createServer({ noDelay: true }, (socket) => {
  let text = ''
  socket.setEncoding('latin1')
  socket.on('error', () => {})
  socket.on('data', (part: string) => {
    text += part
    for (let end = endOfRequest(text); end > 0; end = endOfRequest(text)) {
      serve(socket, text.slice(0, text.indexOf(' HTTP/')))
      text = text.slice(end)
    }
  })
})

function serve(socket: Socket, line: string): void {
  if (line.endsWith('/next')) {
    waiting = socket
    if (sentMs > 0) tookMs.push(performance.now() - sentMs)
    sentMs = 0
    handOut()
  } else if (line.endsWith('/response')) {
    socket.write(ACCEPTED)
  } else {
    // The ports of the machine are open to strangers.
    socket.destroy()
  }
}

function handOut(): void {
  if (waiting === undefined) return
  if (left === 0) {
    if (tookMs.length > 0) console.log(Math.round((tookMs.toSorted((a, b) => a - b)[tookMs.length >> 1] ?? 0) * 1000))
    tookMs = []
    return
  }
  left--
  const socket = waiting
  waiting = undefined
  sentMs = performance.now()
  const id = '11111111-2222-4333-8444-555555555555'
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:bench'
  socket.write(
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: ${id}\r\nLambda-Runtime-Deadline-Ms: ${Date.now() + 30_000}\r\nLambda-Runtime-Invoked-Function-Arn: ${arn}\r\nLambda-Runtime-Trace-Id: Root=1-00000000-000000000000000000000000;Sampled=0\r\nContent-Length: ${Buffer.byteLength(event)}\r\n\r\n${event}`,
  )
}

/** How long the first request is; 0 while it is not whole. */
function endOfRequest(text: string): number {
  const head = text.indexOf('\r\n\r\n') + 4
  if (head < 4) return 0
  if (/\r\ntransfer-encoding: chunked\r\n/i.test(text.slice(0, head))) {
    const last = text.indexOf('0\r\n\r\n', head)
    return last < 0 ? 0 : last + 5
  }
  const length = Number(/\r\ncontent-length: (\d+)\r\n/i.exec(text.slice(0, head))?.[1] ?? 0)
  return text.length < head + length ? 0 : head + length
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const [count = '', ...rest] = line.split(' ')
  event = rest.join(' ')
  left = Number(count)
  handOut()
})
server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${(server.address() as AddressInfo).port}`))
