import type { Socket } from 'node:net'
import type { HttpRequest, HttpResponse } from '#protocol'
import type { OpenRequests } from './open-requests.ts'
import type { PatientTurns } from './patient-turns.ts'
import { type Connection, parsePlainInvocation } from './plain-request.ts'
import { encodePlainResponse } from './plain-response.ts'

/** What a connection needs of the listener that it belongs to. */
export interface PlainOptions {
  readonly requests: OpenRequests
  readonly patientTurns: PatientTurns
  /** How long it may stay without a request. */
  readonly keepAliveMs: number
  serve(request: HttpRequest): Promise<HttpResponse>
  /** Node's server goes on with it, beginning with these bytes. */
  handOver(socket: Socket, bytes: Buffer): void
}

/**
 * A connection on which nothing but plain invocations has arrived yet. It is served by hand, which takes a third less
 * time than Node's HTTP server does; with anything else that arrives it becomes that server's, for good.
 */
export class PlainConnection {
  readonly #socket: Socket
  readonly #options: PlainOptions
  readonly #origin: Connection
  #isAnswering = false
  #isLast = false
  /** Came before the answer was out, which no plain client's does. */
  #early: Buffer | undefined

  constructor(socket: Socket, options: PlainOptions) {
    this.#socket = socket
    this.#options = options
    this.#origin = { sourceIp: socket.remoteAddress ?? '', secure: 'encrypted' in socket }
    socket.setTimeout(options.keepAliveMs)
    for (const [event, listener] of this.#listeners) socket.on(event, listener)
  }

  closeIfIdle(): void {
    if (!this.#isAnswering) this.#socket.destroy()
  }

  readonly #listeners = [
    ['data', (chunk: Buffer) => this.#read(chunk)],
    ['timeout', () => this.closeIfIdle()],
    // The client sends nothing more, but may still wait for an answer.
    ['end', () => this.#end()],
    // The client has reset the connection: nobody is left to be told.
    ['error', () => this.#socket.destroy()],
  ] as const

  #read(chunk: Buffer): void {
    if (this.#isAnswering) {
      this.#early = this.#early ? Buffer.concat([this.#early, chunk]) : chunk
      this.#socket.pause()
      return
    }
    const request = parsePlainInvocation(chunk, this.#origin)
    if (request === undefined) this.#handOver(chunk)
    else void this.#answer(request)
  }

  #end(): void {
    this.#isLast = true
    if (!this.#isAnswering) this.#socket.end()
  }

  async #answer(request: HttpRequest): Promise<void> {
    const { requests, patientTurns, keepAliveMs, serve } = this.#options
    this.#isAnswering = true
    requests.begin()
    try {
      if (request.headers['x-amz-invocation-type'] === 'Event') await patientTurns.wait()
      const response = await serve(request)
      this.#write(encodePlainResponse(response, keepAliveMs, Date.now()))
      if (this.#socket.writableLength > 0) await this.#written()
      if (this.#isLast || response.headers.Connection === 'close') this.#socket.end()
    } catch {
      this.#socket.destroy()
    } finally {
      this.#isAnswering = false
      requests.end()
    }
    if (this.#early !== undefined) this.#handOver(this.#early)
  }

  #write([head, body]: ReturnType<typeof encodePlainResponse>): void {
    const socket = this.#socket
    if (body === undefined) {
      socket.write(head, 'latin1')
      return
    }
    socket.cork()
    socket.write(head, 'latin1')
    socket.write(body)
    socket.uncork()
  }

  /** Rejects when the client goes before it has read everything. A short answer that waits has no `drain` to come. */
  #written(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write('', (error) => (error ? reject(error) : resolve()))
    })
  }

  #handOver(bytes: Buffer): void {
    const socket = this.#socket
    for (const [event, listener] of this.#listeners) socket.off(event, listener)
    socket.setTimeout(0)
    this.#options.handOver(socket, bytes)
  }
}
