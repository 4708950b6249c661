'use strict'
// Log lines as Lambda's Node.js runtimes write them: as text, time, request id, level and message separated by tabs; or
// as JSON, from the level that the function wants to see.

const { writeSync } = require('node:fs')
const { format } = require('node:util')
const { isError, stackLines, toLogText } = require('./errors.cjs')

const STDOUT = 1
const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']
let isJson = false
let lowest = -1
let requestId
let currentId = () => requestId

exports.setRequestId = (id) => {
  requestId = id
}

/** Where several invocations run at a time, each line tells for which it is written. */
exports.findRequestId = (find) => {
  currentId = find
}

exports.patchConsole = ({ AWS_LAMBDA_LOG_FORMAT, AWS_LAMBDA_LOG_LEVEL }) => {
  isJson = AWS_LAMBDA_LOG_FORMAT === 'JSON'
  lowest = isJson ? LEVELS.indexOf(AWS_LAMBDA_LOG_LEVEL) : -1
  const levels = {
    log: 'INFO',
    info: 'INFO',
    debug: 'DEBUG',
    warn: 'WARN',
    error: 'ERROR',
    trace: 'TRACE',
    fatal: 'FATAL',
  }
  for (const [method, level] of Object.entries(levels)) console[method] = (...values) => log(level, ...values)
}

/** An error that no handler has caught. */
exports.logError = (title, error) => {
  if (isJson) log('ERROR', error)
  else log('ERROR', title, toLogText(error))
}

function log(level, ...values) {
  if (LEVELS.indexOf(level) < lowest) return
  write(isJson ? jsonLine(level, values) : textLine(level, values))
}

/** A line feed would end the record, so the lines of one message are joined by carriage returns. */
function textLine(level, values) {
  const message = format(...values).replaceAll('\n', '\r')
  return `${new Date().toISOString()}\t${currentId()}\t${level}\t${message}\n`
}

/** One value is the message as it is; of several, which become a text, the first error is described beside it. */
function jsonLine(level, values) {
  const record = { timestamp: new Date().toISOString(), level, requestId: currentId() }
  if (values.length === 1) {
    try {
      return `${JSON.stringify({ ...record, message: values[0] }, (_key, value) => (isError(value) ? { ...described(value), ...value } : value))}\n`
    } catch {
      // A ring, or a number that JSON does not have.
    }
  }
  const error = values.length > 1 ? values.find(isError) : undefined
  return `${JSON.stringify({ ...record, message: format(...values), ...(error && described(error)) })}\n`
}

const described = (error) => ({
  errorType: error.constructor?.name ?? 'UnknownError',
  errorMessage: error.message,
  stackTrace: stackLines(error),
})

function write(line) {
  let rest = Buffer.from(line)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(STDOUT, rest))
    } catch (error) {
      if (error.code !== 'EAGAIN') return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}
