import type { Socket } from 'node:net'
import type { Fields } from './header-fields.ts'
import { ACCEPTED, httpResponse, type Refusal, refusalOf } from './http-response.ts'
import type { BodySink } from './request-body.ts'
import { type RequestHead, RequestReader } from './request-reader.ts'
import { MOST_STREAMED_BYTES, ResponseStream } from './response-stream.ts'
import type { NextReceiver, RuntimeEvent, Session } from './session.ts'

/** AWS's limit of a buffered response: 6 MiB and 100 bytes. */
export const MOST_RESPONSE_BYTES = 6_291_556

const NOTHING = Buffer.alloc(0)
const RESPONSE_MODE = 'lambda-runtime-function-response-mode'
const ERROR_TYPE = 'lambda-runtime-function-error-type'
const ERROR_BODY = 'lambda-runtime-function-error-body'

/** Small payloads go out in one write together with their head; larger ones in one vectored write, uncopied. */
const MOST_COPIED_BYTES = 16 * 1024

/** Answers that wait for the next event to go out with; a client in its senses has one or two. */
const MOST_UNSENT = 1_048_576

/** Answers and waiting requests behind one that waits; a client that serves many invocations has a few for each. */
const MOST_BEHIND = 10_000

const INVOCATION = '/2018-06-01/runtime/invocation/'
const NEXT = `${INVOCATION}next`
const PING = ['/2018-06-01/ping', '/ping']
const REQUEST_ID_LENGTH = 36

/** A process that ends closes its connections a little before its end is known, which tells more. */
const BREAK_MS = 100

/** Serves the Runtime API to one connection of a runtime process. Ends when the socket does. */
export function serveRuntime(socket: Socket, session: Session): void {
  const connection = new RuntimeConnection(socket, session)
  const reader = new RequestReader(connection)
  socket.on('data', (chunk: Buffer) => {
    reader.read(chunk)
    connection.flush()
    if (connection.isFull) socket.pause()
    // Who does not read its answers is not read either, so that nothing piles up here.
    if (socket.writableNeedDrain) {
      socket.pause()
      socket.once('drain', () => socket.resume())
    }
  })
  socket.on('close', () => connection.close())
  // A runtime that dies resets its connection; its exit is what counts.
  socket.on('error', () => socket.destroy())
}

class RuntimeConnection implements NextReceiver {
  readonly #socket: Socket
  readonly #session: Session
  #unsent = ''
  #isWaiting = false
  /** What belongs behind the request that waits: answers, and '' for another that waits. */
  readonly #behind: string[] = []
  /** What the request that is being read streams. */
  #stream: ResponseStream | undefined
  /** Whose that is. */
  #streamedId = ''
  #isLast = false

  constructor(socket: Socket, session: Session) {
    this.#socket = socket
    this.#session = session
  }

  /** A response comes faster than it is read. */
  get isFull(): boolean {
    return this.#stream?.isFull === true
  }

  /**
   * Answers of this turn leave together. While a `next` waits they are even held until its event, which a client that
   * sent its requests in one write will not notice, and which does not wake the function's process for nothing.
   */
  flush(): void {
    this.#stream?.flush()
    if (this.#isWaiting) return
    if (this.#unsent !== '') this.#socket.write(this.#unsent, 'utf8')
    this.#unsent = ''
    if (this.#isLast) this.#socket.end()
  }

  begin(head: RequestHead): number | BodySink {
    if (head.header('expect')?.toLowerCase() === '100-continue') this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    return this.#session.wantsStream && this.#isStreamedResponse(head) ? this.#beginStream(head) : MOST_RESPONSE_BYTES
  }

  end(head: RequestHead, body: Buffer | undefined, trailer: Fields): void {
    const wasWaiting = this.#isWaiting
    // Apart, because an event that is there already takes along what is unsent.
    const reply = this.#stream === undefined ? this.#reply(head, body, trailer) : this.#endStream(this.#stream, trailer)
    if (wasWaiting) this.#behind.push(reply)
    else this.#unsent += reply
    if (head.isLast()) this.#isLast = true
    if (this.#unsent.length > MOST_UNSENT || this.#behind.length > MOST_BEHIND) this.#socket.destroy()
  }

  close(): void {
    this.#session.abandon(this)
    this.#session.otherApi.abandon(this)
    if (this.#stream !== undefined) this.#breakOff(this.#stream, BREAK_MS)
  }

  fail(): void {
    if (this.#stream !== undefined) this.#breakOff(this.#stream)
    this.#isWaiting = false
    this.#unsent += refusalOf(TRUNCATED)
    this.flush()
    this.#socket.destroySoon()
  }

  deliver(event: RuntimeEvent): void {
    this.#isWaiting = false
    const { payload } = event
    const head = `${this.#unsent}HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${eventHeaders(event)}Content-Length: ${payload.length}\r\n\r\n`
    this.#unsent = ''
    if (payload.length <= MOST_COPIED_BYTES) {
      const headLength = Buffer.byteLength(head)
      const whole = Buffer.allocUnsafe(headLength + payload.length)
      whole.write(head, 0, 'utf8')
      payload.copy(whole, headLength)
      this.#socket.write(whole)
    } else {
      this.#socket.cork()
      this.#socket.write(head, 'utf8')
      this.#socket.write(payload)
      this.#socket.uncork()
    }
    if (this.#behind.length > 0) {
      this.#advance()
      this.flush()
    } else if (this.#isLast) this.#socket.end()
  }

  /** The late answer to a request of another API. */
  respond(response: string): void {
    this.#unsent += response
    this.#isWaiting = false
    this.#advance()
    this.flush()
  }

  /** Answers keep the order of their requests: what stands behind the one that has waited is next. */
  #advance(): void {
    let count = 0
    for (const answer of this.#behind) {
      count++
      this.#unsent += answer
      this.#isWaiting = answer === ''
      if (this.#isWaiting) break
    }
    this.#behind.splice(0, count)
  }

  #reply(head: RequestHead, body: Buffer | undefined, trailer: Fields): string {
    const { method, path } = head
    if (path.startsWith(INVOCATION)) {
      if (method === 'GET' && path === NEXT) return this.#next()
      const { requestId, action } = answerPath(path)
      if (method === 'POST' && action === '/response') return this.#response(head, requestId, body, trailer)
      if (method === 'POST' && action === '/error') return this.#error(head, requestId, body)
      // An id of another length is wrong, whatever is asked.
      if (method === 'POST' && /\/(response|error)$/.test(path)) return refusalOf(this.#session.unknownId)
    }
    if (method === 'POST' && path === '/2018-06-01/runtime/init/error') return this.#initError(head, body)
    if (method === 'GET' && PING.includes(path)) return httpResponse('200 OK', 'text/plain', 'pong')
    const other = this.#other(head, body)
    if (other !== undefined) return other
    return httpResponse('404 Not Found', 'text/plain; charset=utf-8', '404 page not found\n')
  }

  #next(): string {
    const wasWaiting = this.#isWaiting
    // Set first, because an event that is there already is delivered within the call.
    this.#isWaiting = true
    const refusal = this.#session.next(this)
    if (refusal === undefined) return ''
    this.#isWaiting = wasWaiting
    return refusalOf(refusal)
  }

  #other(head: RequestHead, body: Buffer | undefined): string | undefined {
    const wasWaiting = this.#isWaiting
    // Set first, because what is there already is answered within the call.
    this.#isWaiting = true
    const response = this.#session.otherApi.answer(head, body, this)
    if (response !== '') this.#isWaiting = wasWaiting
    return response
  }

  #response(head: RequestHead, requestId: string, body: Buffer | undefined, trailer: Fields): string {
    const refusal = this.#session.refuseAnswer(requestId, 'InvocationResponse')
    if (refusal) return refusalOf(refusal)
    const mode = head.header(RESPONSE_MODE)
    if (mode !== undefined && mode !== 'streaming' && mode !== 'buffered') {
      this.#session.answer(requestId, invalidResponseMode(requestId))
      return refusalOf(INVALID_RESPONSE_MODE)
    }
    if (body === undefined) return this.#tooLarge(requestId)
    this.#session.answer(requestId, (mode === 'streaming' && failureIn(trailer)) || { kind: 'response', body })
    return ACCEPTED
  }

  // --- a response that is passed on while it arrives

  #isStreamedResponse({ method, path, header }: RequestHead): boolean {
    const { requestId, action } = answerPath(path)
    const isAnswer = method === 'POST' && path.startsWith(INVOCATION) && action === '/response'
    return isAnswer && header(RESPONSE_MODE) === 'streaming' && this.#session.mayStream(requestId)
  }

  #beginStream({ path, header }: RequestHead): BodySink {
    const stream = new ResponseStream(header('content-type'), () => this.#socket.resume())
    this.#stream = stream
    this.#streamedId = answerPath(path).requestId
    this.#session.beginStream(this.#streamedId, stream)
    return { write: (part) => this.#passOn(stream, part) }
  }

  #passOn(stream: ResponseStream, part: Buffer): void {
    const requestId = this.#streamedId
    if (!this.#session.isStreaming(requestId, stream)) return
    const room = MOST_STREAMED_BYTES - stream.writtenBytes
    stream.write(part.length <= room ? part : part.subarray(0, room))
    // What still comes is read past.
    if (part.length > room) this.#session.answer(requestId, { kind: 'too-large', limitBytes: MOST_STREAMED_BYTES })
  }

  #endStream(stream: ResponseStream, trailer: Fields): string {
    const requestId = this.#streamedId
    this.#stream = undefined
    if (!this.#session.isStreaming(requestId, stream)) return this.#refuseEnd(requestId, stream)
    const failure = failureIn(trailer)
    this.#session.answer(
      requestId,
      failure ? { ...failure, givenType: trailer(ERROR_TYPE) } : { kind: 'response', body: NOTHING },
    )
    return ACCEPTED
  }

  /** Of a stream that has been cut off: it was too large, or the time of its invocation is over. */
  #refuseEnd(requestId: string, { writtenBytes }: ResponseStream): string {
    const isTooLarge = writtenBytes >= MOST_STREAMED_BYTES
    return refusalOf((!isTooLarge && this.#session.refuseAnswer(requestId, 'InvocationResponse')) || TOO_LARGE)
  }

  /** The runtime has stopped in the middle. */
  #breakOff(stream: ResponseStream, delayMs?: number): void {
    const requestId = this.#streamedId
    this.#stream = undefined
    if (this.#session.isStreaming(requestId, stream)) this.#session.answer(requestId, truncated(), delayMs)
  }

  #error(head: RequestHead, requestId: string, body: Buffer | undefined): string {
    const refusal = this.#session.refuseAnswer(requestId, 'InvocationErrorResponse')
    if (refusal) return refusalOf(refusal)
    if (body === undefined) return this.#tooLarge(requestId)
    this.#session.answer(requestId, {
      kind: 'error',
      body,
      errorType: knownErrorType(head.header(ERROR_TYPE), 'Function.Unknown'),
    })
    return ACCEPTED
  }

  #initError(head: RequestHead, body: Buffer | undefined): string {
    const error = {
      body: body ?? Buffer.alloc(0),
      errorType: knownErrorType(head.header(ERROR_TYPE), 'Runtime.Unknown'),
    }
    const refusal = this.#session.initError(error)
    return refusal ? refusalOf(refusal) : ACCEPTED
  }

  #tooLarge(requestId: string): string {
    this.#session.answer(requestId, { kind: 'too-large', limitBytes: MOST_RESPONSE_BYTES })
    return refusalOf(TOO_LARGE)
  }
}

const TRUNCATED: Refusal = {
  status: 400,
  errorType: 'TruncatedHTTPRequest',
  errorMessage: 'HTTP request detected as truncated',
}

const INVALID_RESPONSE_MODE: Refusal = {
  status: 400,
  errorType: 'InvalidFunctionResponseMode',
  errorMessage: 'Invalid function response mode',
}

const TOO_LARGE: Refusal = {
  status: 413,
  errorType: 'RequestEntityTooLarge',
  errorMessage: `Exceeded maximum allowed payload size (${MOST_RESPONSE_BYTES} bytes).`,
}

function eventHeaders({ requestId, deadlineMs, invokedFunctionArn, traceHeader, clientContext }: RuntimeEvent): string {
  const optional = clientContext === undefined ? '' : `Lambda-Runtime-Client-Context: ${oneLine(clientContext)}\r\n`
  return `Lambda-Runtime-Aws-Request-Id: ${requestId}\r\nLambda-Runtime-Deadline-Ms: ${deadlineMs}\r\nLambda-Runtime-Invoked-Function-Arn: ${oneLine(invokedFunctionArn)}\r\nLambda-Runtime-Trace-Id: ${oneLine(traceHeader)}\r\n${optional}`
}

/** These come from callers: a line break must not become a header, and between JSON tokens a space means the same. */
const oneLine = (value: string) => (/[\r\n]/.test(value) ? value.replaceAll(/[\r\n]+/g, ' ') : value)

/** What follows the place of the request id, whatever its length. */
function answerPath(path: string) {
  const end = INVOCATION.length + REQUEST_ID_LENGTH
  return { requestId: path.slice(INVOCATION.length, end), action: path.slice(end) }
}

/** The trailers of a streamed response tell of a failure, behind its first byte or before it. */
function failureIn(trailer: Fields) {
  const givenType = trailer(ERROR_TYPE)
  if (!givenType) return undefined
  const body = Buffer.from(trailer(ERROR_BODY) ?? '', 'base64')
  return { kind: 'error', body, errorType: knownErrorType(givenType, 'Function.Unknown') } as const
}

/** Whatever is not of this form is recorded as unknown; the body is passed on as it came. */
function knownErrorType(given: string | undefined, unknown: string): string {
  return given !== undefined && /^(Runtime|Function)\.[A-Z][a-zA-Z]+$/.test(given) ? given : unknown
}

function truncated() {
  const errorType = 'Runtime.TruncatedResponse'
  const body = Buffer.from(JSON.stringify({ errorType, errorMessage: 'Response was truncated' }))
  return { kind: 'error', errorType, body } as const
}

function invalidResponseMode(requestId: string) {
  const errorType = 'Runtime.InvalidResponseModeHeader'
  const errorMessage = `RequestId: ${requestId} Error: Invalid function response mode`
  return { kind: 'error', errorType, body: Buffer.from(JSON.stringify({ errorType, errorMessage })) } as const
}
