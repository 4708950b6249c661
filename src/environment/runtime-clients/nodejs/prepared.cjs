'use strict'
// A process that was started before its function was known waits here to be told, on the socket that will be the Runtime
// API's: its variables, as one line of JSON. Then it is as if it had been started with them.

const { readSync, writeSync } = require('node:fs')

const LINE_FEED = 10
const READ_BYTES = 65536

/** Whoever is started for a function has a handler. */
exports.isPrepared = () => process.env._HANDLER === undefined

exports.waitForFunction = async (socket) => {
  // The first `import` of a process sets up what all others use.
  await import('./prepared.mjs')
  writeSync(socket, 'ready\n')
  const variables = JSON.parse(readLine(socket))
  const { env } = process
  for (const name of Object.keys(env)) if (!Object.hasOwn(variables, name)) delete env[name]
  // Setting the time zone anew takes its time, even if it is the same.
  for (const [name, value] of Object.entries(variables)) if (env[name] !== value) env[name] = value
  // What the directory shows now has been mounted over the one that this process started in.
  process.chdir(variables.LAMBDA_TASK_ROOT)
}

function readLine(socket) {
  const parts = []
  for (;;) {
    const buffer = Buffer.allocUnsafe(READ_BYTES)
    const length = readSync(socket, buffer)
    // The server has gone.
    if (length === 0) process.exit(0)
    parts.push(buffer.subarray(0, length))
    if (buffer[length - 1] === LINE_FEED) return Buffer.concat(parts).toString()
  }
}
