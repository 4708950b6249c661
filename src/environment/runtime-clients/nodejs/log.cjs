'use strict'
// Log lines as Lambda's Node.js runtimes write them: time, request id, level and message, separated by tabs.

const { writeSync } = require('node:fs')
const { format } = require('node:util')

const STDOUT = 1
let requestId

exports.setRequestId = (id) => {
  requestId = id
}

exports.log = log

exports.patchConsole = () => {
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

/** A line feed would end the record, so the lines of one message are joined by carriage returns. */
function log(level, ...values) {
  const message = format(...values).replaceAll('\n', '\r')
  write(`${new Date().toISOString()}\t${requestId}\t${level}\t${message}\n`)
}

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
