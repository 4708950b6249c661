'use strict'
// The Node.js runtime: speaks the Lambda Runtime API over the socket that the environment inherited as descriptor 3.
// Runs on Node 18 and newer. Response and next request leave in one write; events are read into one reused buffer.

const { Socket } = require('node:net')
const { logError, patchConsole, setRequestId } = require('./log.cjs')
const { loadHandler } = require('./handler.cjs')
const { toResponse, runtimeError } = require('./errors.cjs')
const { importFromNodePath } = require('./node-path.cjs')
const { isStreaming, offerStreaming, runStreaming } = require('./streaming.cjs')
const { REHEARSED_HEAD, become, receiveVariables, warmUp } = require('./prepared.cjs')

const RUNTIME_SOCKET = 3
const INVOCATION = '/2018-06-01/runtime/invocation/'
const NEXT = `GET ${INVOCATION}next HTTP/1.1\r\n\r\n`
const INIT_ERROR = 'POST /2018-06-01/runtime/init/error HTTP/1.1\r\n'
const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type'

const { env } = process
let fixedContext

let handler
let respond
/** The invocation whose answer is still owed. */
let current
let take = receive

const socket = new Socket({
  fd: RUNTIME_SOCKET,
  readable: true,
  writable: true,
  onread: { buffer: Buffer.allocUnsafe(65536), callback: (length, buffer) => take(length, buffer) },
})
// The server has gone: nobody is left to work for.
socket.on('end', () => process.exit(0))
socket.on('error', () => process.exit(0))

if (process.env._HANDLER === undefined) startWhenTold()
else start()

/** Whoever is not started for a function has been started ahead of it. */
async function startWhenTold() {
  await warmUp()
  take = receiveVariables((variables) => {
    take = receive
    become(variables)
    start()
  })
  rehearse()
}

/** Code is compiled when it runs first. What an invocation of nothing answers tells the server that this process waits. */
function rehearse() {
  handler = async () => null
  respond = respondBuffered
  handle('rehearsal', REHEARSED_HEAD, '{}')
  handler = undefined
}

async function start() {
  socket.unref()
  fixedContext = {
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  }
  patchConsole(env)
  process.on('uncaughtException', (error) => die('Uncaught Exception', error, 129))
  process.on('unhandledRejection', (reason) => {
    const error = runtimeError('UnhandledPromiseRejection', String(reason))
    error.reason = reason
    die('Unhandled Promise Rejection', error, 128)
  })
  // Nothing left to run: a held response goes out now, and a handler that never answered answers null.
  process.on('beforeExit', () => current?.finish())
  try {
    importFromNodePath()
    offerStreaming()
    handler = await loadHandler(env.LAMBDA_TASK_ROOT, env._HANDLER)
  } catch (error) {
    return die('Uncaught Exception', error, 1)
  }
  respond = isStreaming(handler) ? respondStreaming : respondBuffered
  socket.ref()
  socket.write(NEXT, 'latin1')
}

// --- receiving: responses of the Runtime API, of which only those to `next` carry an event

let unread
let body
let bodyLength = 0
let bodyHead

function receive(length, buffer) {
  let start = 0
  if (body !== undefined) {
    start = Math.min(length, body.length - bodyLength)
    buffer.copy(body, bodyLength, 0, start)
    bodyLength += start
    if (bodyLength < body.length) return true
    const whole = body
    body = undefined
    answered(bodyHead, whole.utf8Slice(0, whole.length))
  }
  if (unread !== undefined) {
    buffer = Buffer.concat([unread, buffer.subarray(start, length)])
    unread = undefined
    start = 0
    length = buffer.length
  }
  while (start < length) {
    const end = buffer.indexOf('\r\n\r\n', start, 'latin1')
    if (end < 0 || end >= length) {
      unread = Buffer.from(buffer.subarray(start, length))
      return true
    }
    const head = buffer.latin1Slice(start, end + 2)
    const size = Number(header(head, 'Content-Length'))
    start = end + 4
    if (start + size > length) {
      bodyHead = head
      body = Buffer.allocUnsafe(size)
      bodyLength = buffer.copy(body, 0, start, length)
      return true
    }
    const text = buffer.utf8Slice(start, start + size)
    start += size
    answered(head, text)
  }
  return true
}

function header(head, name) {
  const at = head.indexOf(`\r\n${name}: `)
  if (at < 0) return undefined
  const start = at + name.length + 4
  return head.slice(start, head.indexOf('\r\n', start))
}

function answered(head, text) {
  const requestId = header(head, 'Lambda-Runtime-Aws-Request-Id')
  if (requestId !== undefined) handle(requestId, head, text)
}

// --- one invocation

function handle(requestId, head, text) {
  env._X_AMZN_TRACE_ID = header(head, 'Lambda-Runtime-Trace-Id')
  setRequestId(requestId)
  const call = { requestId, waits: true, held: undefined, finish: undefined, stream: undefined }
  current = call
  // Only what the handler itself started may keep the event loop busy; see `beforeExit`.
  socket.unref()
  respond(call, head, text)
}

function contextOf(call, head) {
  const deadline = Number(header(head, 'Lambda-Runtime-Deadline-Ms'))
  const clientContext = header(head, 'Lambda-Runtime-Client-Context')
  return {
    get callbackWaitsForEmptyEventLoop() {
      return call.waits
    },
    set callbackWaitsForEmptyEventLoop(value) {
      call.waits = value
    },
    ...fixedContext,
    invokedFunctionArn: header(head, 'Lambda-Runtime-Invoked-Function-Arn'),
    awsRequestId: call.requestId,
    identity: undefined,
    clientContext: clientContext && JSON.parse(Buffer.from(clientContext, 'latin1').toString('utf8')),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  }
}

function respondBuffered(call, head, text) {
  call.finish = () => {
    if (current !== call) return
    if (call.held === undefined) succeed(call, null)
    else call.held()
  }
  function done(error, data) {
    if (current !== call) return
    if (error !== undefined && error !== null) reject(call, error)
    else succeed(call, data)
  }
  function callback(error, data) {
    call.held ??= () => done(error, data)
    if (!call.waits) setImmediate(call.held)
  }
  const context = contextOf(call, head)
  context.done = done
  context.succeed = (data) => done(null, data)
  context.fail = (error) => done(error ?? 'handled')

  try {
    const result = handler(JSON.parse(text), context, callback)
    if (typeof result?.then === 'function') {
      result.then(
        (data) => current === call && succeed(call, data),
        (error) => current === call && reject(call, error),
      )
    }
  } catch (error) {
    if (current === call) reject(call, error)
  }
}

function respondStreaming(call, head, text) {
  const { stream, giveUp } = runStreaming({
    handler,
    readEvent: () => JSON.parse(text),
    context: contextOf(call, head),
    socket,
    target: `${INVOCATION}${call.requestId}/response`,
    explain(error) {
      logError('Invoke Error', error)
      return describe(error)
    },
    done: () => askForNext(''),
  })
  call.stream = stream
  call.finish = giveUp
}

function succeed(call, data) {
  let json
  try {
    // Like the handlers of Lambda: no result is null, and so is one that JSON cannot express at all.
    json = JSON.stringify(data === undefined ? null : data) ?? 'null'
  } catch {
    return reject(call, runtimeError('MarshalError', 'Unable to stringify response body'))
  }
  answer(`${call.requestId}/response HTTP/1.1\r\n`, json)
}

function reject(call, error) {
  logError('Invoke Error', error)
  const { errorType, json } = describe(error)
  answer(`${call.requestId}/error HTTP/1.1\r\n${ERROR_TYPE}: ${errorType}\r\n`, json)
}

function answer(requestLine, json) {
  askForNext(`POST ${INVOCATION}${requestLine}Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`)
}

/** With what is still owed in front of it. */
function askForNext(owed) {
  current = undefined
  setRequestId(undefined)
  socket.ref()
  socket.write(`${owed}${NEXT}`, 'utf8')
}

/** Reports an error that no handler can answer for, then ends the process. */
function die(title, error, status) {
  logError(title, error)
  const call = current
  const isDuringInit = handler === undefined
  if (call === undefined && !isDuringInit) process.exit(status)
  current = undefined
  const exit = () => process.exit(status)
  const { errorType, json } = describe(error)
  if (call?.stream?.hasBegun) return call.stream.fail({ errorType, json }, exit)
  const target = call === undefined ? INIT_ERROR : `POST ${INVOCATION}${call.requestId}/error HTTP/1.1\r\n`
  socket.write(
    `${target}${ERROR_TYPE}: ${errorType}\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
    'utf8',
    exit,
  )
}

/** What the caller gets of an error, and its type in a form that fits into a header. */
function describe(error) {
  const response = toResponse(error)
  return { errorType: String(response.errorType).replace(/[^\x20-\x7e]/g, '?'), json: JSON.stringify(response) }
}
