import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { finished } from 'node:stream'
import { ApiError, requestEntityTooLarge } from '#model'
import { bodyLimitOf, bodyTooLarge, type HttpRequest, type HttpResponse, headerOf, isStream } from '#protocol'
import { payloadTooLarge } from '#resources'
import { OpenRequests } from './open-requests.ts'
import { PatientTurns } from './patient-turns.ts'
import { PlainConnections } from './plain-connections.ts'
import { JOINED_BYTES } from './plain-response.ts'
import { writeStream } from './write-stream.ts'

// All bodies that are being read at one time; beyond it the host's memory would be the limit.
const MAX_BUFFERED_BYTES = 1_073_741_824
// Longer than the SDKs keep an idle connection, so that it is they who close it.
const KEEP_ALIVE_MS = 75_000
// Many clients read an answer only when they have sent their whole request; a longer one is cut off.
const LINGER_MS = 10_000
// A handshake takes a few round trips; whoever needs longer holds a connection for nothing.
const HANDSHAKE_MS = 10_000

// Each is a file, of which functions need some too; ten for each invocation that an account may run at a time.
const MAX_CONNECTIONS = 10_000

type RequestHead = Omit<HttpRequest, 'body'>

interface Answers {
  serve(request: HttpRequest): Promise<HttpResponse>
  /** Without looking at the body, which was not read to its end. */
  refuse(head: RequestHead, error: ApiError): HttpResponse
}

/** In PEM form. */
interface Certificate {
  readonly cert: string
  readonly key: string
}

/** A server that listens, and the ways to end its connections. */
export interface Listener {
  readonly server: Server | TlsServer
  /** Resolves once every request that has come is answered to its last byte. */
  answered(): Promise<void>
  closeIdleConnections(): void
  closeAllConnections(): void
}

/** Sockets to plain request values, and plain response values back; with a certificate through TLS. */
export function createListener(answers: Answers, tls?: Certificate): Listener {
  const bodies = new BodyReader()
  const requests = new OpenRequests()
  const server = openServer(tls, (incoming, outgoing) => {
    requests.begin()
    outgoing.on('close', () => requests.end())
    answer(incoming, outgoing, bodies, answers).catch(() => outgoing.destroy())
  })
  server.maxConnections = MAX_CONNECTIONS
  // Whoever has sent the last request may close that side of the connection, and is answered all the same.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  })
  const plain = new PlainConnections(server, tls ? 'secureConnection' : 'connection', {
    requests,
    patientTurns: new PatientTurns(),
    keepAliveMs: KEEP_ALIVE_MS,
    serve: answers.serve,
  })
  return {
    server,
    answered: () => requests.none(),
    closeIdleConnections() {
      plain.closeIdle()
      server.closeIdleConnections()
    },
    closeAllConnections() {
      plain.closeAll()
      server.closeAllConnections()
    },
  }
}

function openServer(tls: Certificate | undefined, listener: RequestListener): Server | TlsServer {
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }
  if (!tls) return createServer(options, listener)
  const { cert, key } = tls
  const server = createTlsServer(
    { ...options, cert, key, allowHalfOpen: true, handshakeTimeout: HANDSHAKE_MS },
    listener,
  )
  // There is nobody to answer; the connection would stay half open.
  return server.on('tlsClientError', (_error, socket) => socket.destroy())
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  bodies: BodyReader,
  { serve, refuse }: Answers,
): Promise<void> {
  const head = parseHead(incoming)
  const body = await bodies
    .read(incoming, head)
    .catch((error) => (error instanceof ApiError ? error : Promise.reject(error)))
  if (body instanceof ApiError) return writeUnread(incoming, outgoing, refuse(head, body))
  await write(outgoing, await serve({ ...head, body }))
}

function parseHead(incoming: IncomingMessage): RequestHead {
  const url = incoming.url ?? '/'
  const target = url.startsWith('/') ? url : url.replace(/^[a-z]+:\/\/[^/?]*/i, '')
  const at = target.indexOf('?')
  return {
    method: incoming.method ?? 'GET',
    rawPath: at < 0 ? target : target.slice(0, at),
    rawQuery: at < 0 ? '' : target.slice(at + 1),
    headers: incoming.headers,
    rawHeaders: incoming.rawHeaders,
    sourceIp: incoming.socket.remoteAddress ?? '',
    secure: 'encrypted' in incoming.socket,
  }
}

/** Reads bodies whole, each within its operation's limit and all together within the host's. */
class BodyReader {
  #bufferedBytes = 0

  read(incoming: IncomingMessage, head: RequestHead): Promise<Buffer> {
    const limit = bodyLimitOf(head)
    const announced = Number(incoming.headers['content-length'] ?? 0)
    if (announced > limit.bytes) return Promise.reject(tooLarge(limit.operation, announced, head))
    const chunks: Buffer[] = []
    let size = 0
    return new Promise<Buffer>((resolve, reject) => {
      const refuse = (error: ApiError) => {
        incoming.off('data', keep)
        incoming.off('end', finish)
        chunks.length = 0
        reject(error)
      }
      const finish = () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size))
      const keep = (chunk: Buffer) => {
        size += chunk.length
        this.#bufferedBytes += chunk.length
        chunks.push(chunk)
        if (size > limit.bytes) refuse(tooLarge(limit.operation, size, head))
        else if (this.#bufferedBytes > MAX_BUFFERED_BYTES)
          refuse(requestEntityTooLarge('Too many large requests at the same time.'))
      }
      incoming.on('data', keep)
      incoming.on('end', finish)
      incoming.on('error', reject)
      incoming.on('close', () => {
        this.#bufferedBytes -= size
        if (!incoming.complete) reject(new Error('the client went away before its request was whole'))
      })
    })
  }
}

/** Invoke counts the payload in words of its own. */
function tooLarge(operation: string, bytes: number, head: RequestHead): ApiError {
  return operation === 'Invoke' || operation === 'InvokeWithResponseStream'
    ? payloadTooLarge(bytes, headerOf(head, 'x-amz-invocation-type') ?? 'RequestResponse')
    : bodyTooLarge(operation)
}

/** Answers although the client still sends: what it sends is thrown away, then the connection is closed. */
function writeUnread(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, headers, body }: HttpResponse,
): void {
  const bytes = Buffer.from((body as string | undefined) ?? '')
  outgoing.writeHead(status, { ...headers, 'Content-Length': bytes.length })
  outgoing.write(bytes)
  const cutOff = setTimeout(() => incoming.destroy(), LINGER_MS)
  finished(incoming, { writable: false }, () => {
    clearTimeout(cutOff)
    outgoing.end()
  })
  incoming.resume()
}

async function write(outgoing: ServerResponse, { status, headers, body }: HttpResponse): Promise<void> {
  if (isStream(body)) {
    outgoing.writeHead(status, headers)
    return writeStream(outgoing, body)
  }
  const length = body === undefined ? 0 : Buffer.byteLength(body)
  outgoing.writeHead(status, status === 204 ? headers : { ...headers, 'Content-Length': String(length) })
  // Node joins a string with the head into one write; as Latin-1 the bytes stay what they are.
  if (Buffer.isBuffer(body) && length <= JOINED_BYTES) outgoing.end(body.toString('latin1'), 'latin1')
  else outgoing.end(body)
}
