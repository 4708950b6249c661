'use strict'
// Handlers that write their response while they run, as `awslambda.streamifyResponse` marks them.

const { HttpResponseStream, ResponseStream } = require('./response-stream.cjs')

// As Lambda's own runtime names them: tools that wrap handlers look for them.
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming')
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark')

exports.offerStreaming = () => {
  globalThis.awslambda = {
    ...globalThis.awslambda,
    streamifyResponse(handler, { highWaterMark } = {}) {
      handler[STREAMING] = 'response'
      if (highWaterMark !== undefined) handler[HIGH_WATER_MARK] = Number.parseInt(highWaterMark, 10)
      return handler
    },
    HttpResponseStream,
  }
}

exports.isStreaming = (handler) => handler[STREAMING] === 'response'

/**
 * Runs the handler. `done` is called once, when it has returned and its response is whole; `explain` turns what it threw
 * into what the response ends with. Returns the stream, and what to do when nothing is left that could end it.
 */
exports.runStreaming = ({ handler, readEvent, context, socket, target, explain, done }) => {
  const stream = new ResponseStream(socket, target, handler[HIGH_WATER_MARK])
  let hasReturned = false
  let isOver = false

  function fail(error) {
    if (isOver) return
    isOver = true
    stream.fail(explain(error), done)
  }
  function giveUp() {
    if (!stream.writableFinished) return fail(new Error('Response stream is not finished.'))
    if (isOver) return
    isOver = true
    done()
  }
  function returned(value) {
    if (value !== undefined) console.warn('Streaming handlers ignore return values.')
    hasReturned = true
    if (stream.writableFinished || stream.destroyed) giveUp()
  }
  // Whoever needs to know of an error of the stream's own listens as well.
  stream.on('error', () => {})
  stream.on('close', () => hasReturned && giveUp())

  try {
    const result = handler(readEvent(), stream, context)
    if (typeof result?.then !== 'function') throw new Error('Streaming does not support non-async handlers.')
    result.then(returned, fail)
  } catch (error) {
    fail(error)
  }
  return { stream, giveUp }
}
