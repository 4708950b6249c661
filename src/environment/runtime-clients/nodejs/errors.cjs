'use strict'
// The shapes of errors: what the caller gets, and what the log gets.

const { types } = require('node:util')

exports.runtimeError = (name, message) => {
  const error = new Error(message)
  error.name = `Runtime.${name}`
  error.stack = `${error.name}: ${message}${error.stack.slice(error.stack.indexOf('\n'))}`
  return error
}

exports.toResponse = toResponse

exports.toLogText = (error) => {
  try {
    return `\t${JSON.stringify(error, (_key, value) => withHiddenProperties(value))}`
  } catch {
    return `\t${JSON.stringify(toResponse(error))}`
  }
}

function toResponse(error) {
  try {
    if (!isError(error)) return { errorType: typeof error, errorMessage: String(error), trace: [] }
    return {
      errorType: error.name,
      errorMessage: error.message,
      trace: stackLines(error),
    }
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      trace: [],
    }
  }
}

exports.isError = isError
exports.stackLines = stackLines

function isError(value) {
  return types.isNativeError(value) || value instanceof Error
}

function stackLines({ stack }) {
  return typeof stack === 'string' ? stack.split('\n') : []
}

function withHiddenProperties(value) {
  if (!isError(value)) return value
  const { name, message, code, stack } = value
  const shown = { errorType: name, errorMessage: message, code, ...value }
  delete shown.name
  if (typeof stack === 'string') shown.stack = stack.split('\n')
  return shown
}
