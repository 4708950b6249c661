'use strict'
// Several invocations at a time, all in one event loop: while handlers wait, others run. Each has its own context, its
// id in the log and its own answer; the variable _X_AMZN_TRACE_ID, which they would share, is not set.

const { AsyncLocalStorage } = require('node:async_hooks')
const { connect } = require('node:net')
const { findRequestId, logError } = require('./log.cjs')
const { NEXT, answerOf, answerPath, contextOf, describe, errorOf, header } = require('./protocol.cjs')
const { isStreaming, runStreaming } = require('./streaming.cjs')

/** Events that are asked for at a time: what comes at once is there at once, and the rest a turn later. */
const MOST_ASKED = 32
/** Connections of their own that streamed responses have left behind for the next ones. */
const MOST_IDLE_CONNECTIONS = 16

// As the library names them that functions and the AWS SDK read it with.
const REQUEST_ID = Symbol.for('_AWS_LAMBDA_REQUEST_ID')
const TRACE_ID = Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID')
const TENANT_ID = Symbol.for('_AWS_LAMBDA_TENANT_ID')
const CALL = Symbol('call')

const { setImmediate } = globalThis

const invocations = new AsyncLocalStorage()
const current = () => invocations.getStore()?.[CALL]

/** Before the function's code is loaded, which may look for it. */
exports.offerContext = () => {
  findRequestId(() => current()?.requestId)
  globalThis.awslambda = { ...globalThis.awslambda, InvokeStore: storeOf() }
}

/** The invocation that the code at work belongs to, if its answer is still owed. */
exports.current = () => (current()?.isOpen ? current() : undefined)

/** Asks for events from now on. Returns what takes them. */
exports.serve = ({ socket, handler, env }) => {
  const connections = []
  const respond = isStreaming(handler) ? respondStreaming : respondBuffered
  let owed = 0

  socket.write(NEXT.repeat(Math.min(Number(env.AWS_LAMBDA_MAX_CONCURRENCY), MOST_ASKED)), 'latin1')

  function handle(requestId, head, text) {
    // Only behind this event, so that a handler that keeps the processor to itself gets no more.
    if (owed++ === 0) setImmediate(send, '')
    const call = { requestId, waits: false, isOpen: true, stream: undefined }
    const store = { [CALL]: call, [REQUEST_ID]: requestId, [TRACE_ID]: header(head, 'Lambda-Runtime-Trace-Id') }
    invocations.run(store, respond, call, head, text)
  }

  /** Along with the requests for further events. */
  function send(answer) {
    const requests = NEXT.repeat(owed)
    owed = 0
    if (answer !== '' || requests !== '') socket.write(answer + requests, 'utf8')
  }

  function respondBuffered(call, head, text) {
    function end(answer) {
      if (!call.isOpen) return
      call.isOpen = false
      send(answer())
    }
    const succeed = (data) => end(() => answerOf(call.requestId, data))
    const fail = (error) => end(() => errorOf(call.requestId, error))
    const done = (error, data) => (error === undefined || error === null ? succeed(data) : fail(error))
    const context = contextOf(call, head)
    Object.assign(context, { done, succeed, fail: (error) => fail(error ?? 'handled') })
    try {
      const result = handler(JSON.parse(text), context, done)
      if (typeof result?.then === 'function') result.then(succeed, fail)
    } catch (error) {
      fail(error)
    }
  }

  /** On a connection of its own, because a response cannot stop in the middle for another one. */
  function respondStreaming(call, head, text) {
    const own = connections.pop() ?? openConnection()
    const { stream } = runStreaming({
      handler,
      readEvent: () => JSON.parse(text),
      context: contextOf(call, head),
      socket: own,
      target: answerPath(call.requestId),
      explain(error) {
        logError('Invoke Error', error)
        return describe(error)
      },
      done() {
        call.isOpen = false
        if (own.destroyed || connections.length >= MOST_IDLE_CONNECTIONS) own.end()
        else connections.push(own)
      },
    })
    call.stream = stream
  }

  function openConnection() {
    const [host, port] = env.AWS_LAMBDA_RUNTIME_API.split(':')
    const own = connect({ host, port: Number(port), noDelay: true })
    // What is said of a response is of no use.
    own.resume()
    own.on('error', () => own.destroy())
    own.on('close', () => {
      if (connections.includes(own)) connections.splice(connections.indexOf(own), 1)
    })
    return own
  }

  return handle
}

/** What functions and the AWS SDK ask for the invocation that they work for. */
function storeOf() {
  const get = (key) => invocations.getStore()?.[key]
  return {
    getContext: () => invocations.getStore(),
    hasContext: () => invocations.getStore() !== undefined,
    get,
    set(key, value) {
      if ([REQUEST_ID, TRACE_ID, TENANT_ID].includes(key)) throw new Error(`${String(key)} cannot be changed`)
      const context = invocations.getStore()
      if (context === undefined) throw new Error('There is no invocation here')
      context[key] = value
    },
    run: (context, work) => invocations.run(context, work),
    getRequestId: () => get(REQUEST_ID) ?? '-',
    getXRayTraceId: () => get(TRACE_ID),
    getTenantId: () => get(TENANT_ID),
  }
}
