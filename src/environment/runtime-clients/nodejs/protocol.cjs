'use strict'
// What the runtime sends to the Runtime API, and what it reads of an invocation.

const { logError } = require('./log.cjs')
const { toResponse, runtimeError } = require('./errors.cjs')

const INVOCATION = '/2018-06-01/runtime/invocation/'
const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type'

exports.NEXT = `GET ${INVOCATION}next HTTP/1.1\r\n\r\n`
exports.INIT_ERROR = 'POST /2018-06-01/runtime/init/error HTTP/1.1\r\n'
exports.answerPath = (requestId) => `${INVOCATION}${requestId}/response`
exports.errorLine = (requestId) => `POST ${INVOCATION}${requestId}/error HTTP/1.1\r\n`
exports.header = header
exports.describe = describe
exports.errorOf = errorOf

/** What a handler has returned. */
exports.answerOf = (requestId, data) => {
  let json
  try {
    // Like the handlers of Lambda: no result is null, and so is one that JSON cannot express at all.
    json = JSON.stringify(data === undefined ? null : data) ?? 'null'
  } catch {
    return errorOf(requestId, runtimeError('MarshalError', 'Unable to stringify response body'))
  }
  return `POST ${exports.answerPath(requestId)} HTTP/1.1\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`
}

/** What it has thrown. */
function errorOf(requestId, error) {
  logError('Invoke Error', error)
  return withError(exports.errorLine(requestId), describe(error))
}

exports.withError = withError

function withError(requestLine, { errorType, json }) {
  return `${requestLine}${ERROR_TYPE}: ${errorType}\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`
}

/** What the caller gets of an error, and its type in a form that fits into a header. */
function describe(error) {
  const response = toResponse(error)
  return { errorType: String(response.errorType).replace(/[^\x20-\x7e]/g, '?'), json: JSON.stringify(response) }
}

let fixedContext

/** The same for all invocations, whatever a handler does to its variables. */
exports.noteFacts = (env) => {
  fixedContext = {
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  }
}

/** The handler may say of a call that it waits. */
exports.contextOf = (call, head) => {
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

function header(head, name) {
  const at = head.indexOf(`\r\n${name}: `)
  if (at < 0) return undefined
  const start = at + name.length + 4
  return head.slice(start, head.indexOf('\r\n', start))
}
