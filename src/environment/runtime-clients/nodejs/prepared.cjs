'use strict'
// A process that was started before its function was known waits to be told, on the socket that will be the Runtime
// API's: its variables, as one line of JSON. Then it is as if it had been started with them.

const { loadHandler } = require('./handler.cjs')

const LINE_FEED = 10

exports.REHEARSED_HEAD =
  '\r\nLambda-Runtime-Deadline-Ms: 0\r\nLambda-Runtime-Invoked-Function-Arn: \r\nLambda-Runtime-Trace-Id: \r\n'

/** The first module of each kind that a process loads sets up what all others use. */
exports.warmUp = async () => {
  for (const name of ['warm-module', 'warm-script']) await loadHandler(__dirname, `${name}.handler`)
  delete require.cache[require.resolve('./warm-script.cjs')]
}

/** What takes bytes until the line is whole. */
exports.receiveVariables = (done) => {
  const parts = []
  return (length, buffer) => {
    parts.push(Buffer.from(buffer.subarray(0, length)))
    if (buffer[length - 1] === LINE_FEED) done(JSON.parse(Buffer.concat(parts).toString()))
    return true
  }
}

exports.become = (variables) => {
  const { env } = process
  for (const name of Object.keys(env)) if (!Object.hasOwn(variables, name)) delete env[name]
  // Setting the time zone anew takes its time, even if it is the same.
  for (const [name, value] of Object.entries(variables)) if (env[name] !== value) env[name] = value
  // What the directory shows now has been mounted over the one that this process started in.
  process.chdir(variables.LAMBDA_TASK_ROOT)
}
