'use strict'
// The Node.js runtime: speaks the Lambda Runtime API over the socket that the environment inherited as descriptor 3.
// Runs on Node 18 and newer. Response and next request leave in one write; events are read into one reused buffer.

const { Socket } = require('node:net')
const { logError, patchConsole, setRequestId } = require('./log.cjs')
const { loadHandler } = require('./handler.cjs')
const { runtimeError } = require('./errors.cjs')
const { importFromNodePath } = require('./node-path.cjs')
const { isStreaming, offerStreaming, runStreaming } = require('./streaming.cjs')
const protocol = require('./protocol.cjs')
const { INIT_ERROR, NEXT, contextOf, header } = protocol
const { REHEARSED_HEAD, become, receiveVariables, warmUp } = require('./prepared.cjs')

const RUNTIME_SOCKET = 3
const { env } = process

let handler
let respond
/** The invocation whose answer is still owed. */
let current
/** Of a function that runs several at a time. */
let concurrent
let take = receive
/** Gets id, head and body of each event. */
let onEvent = handle

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
  protocol.noteFacts(env)
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
    if (env.AWS_LAMBDA_MAX_CONCURRENCY !== undefined) concurrent = require('./concurrent.cjs')
    concurrent?.offerContext()
    handler = await loadHandler(env.LAMBDA_TASK_ROOT, env._HANDLER)
  } catch (error) {
    return die('Uncaught Exception', error, 1)
  }
  socket.ref()
  if (concurrent !== undefined) {
    onEvent = concurrent.serve({ socket, handler, env })
    return
  }
  respond = isStreaming(handler) ? respondStreaming : respondBuffered
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

function answered(head, text) {
  const requestId = header(head, 'Lambda-Runtime-Aws-Request-Id')
  if (requestId !== undefined) onEvent(requestId, head, text)
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
    target: protocol.answerPath(call.requestId),
    explain(error) {
      logError('Invoke Error', error)
      return protocol.describe(error)
    },
    done: () => askForNext(''),
  })
  call.stream = stream
  call.finish = giveUp
}

function succeed(call, data) {
  askForNext(protocol.answerOf(call.requestId, data))
}

function reject(call, error) {
  askForNext(protocol.errorOf(call.requestId, error))
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
  const call = concurrent === undefined ? current : concurrent.current()
  const isDuringInit = handler === undefined
  if (call === undefined && !isDuringInit) process.exit(status)
  current = undefined
  const exit = () => process.exit(status)
  const report = protocol.describe(error)
  if (call?.stream?.hasBegun) return call.stream.fail(report, exit)
  const target = call === undefined ? INIT_ERROR : protocol.errorLine(call.requestId)
  socket.write(protocol.withError(target, report), 'utf8', exit)
}
