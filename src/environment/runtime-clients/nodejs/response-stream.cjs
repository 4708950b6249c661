'use strict'
// The stream that a streaming handler writes its response to: HTTP chunks on the socket of the Runtime API, and in their
// trailers what went wrong. Chunks need not come out as they were written: whatever waits goes as one.

const { Writable } = require('node:stream')
const { runtimeError } = require('./errors.cjs')

const DEFAULT_TYPE = 'application/octet-stream'
const INTEGRATION_TYPE = 'application/vnd.awslambda.http-integration-response'
const DELIMITER_LENGTH = 8
const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type'
const ERROR_BODY = 'Lambda-Runtime-Function-Error-Body'
const END_OF_CHUNK = Buffer.from('\r\n')
/** What the Runtime API takes of trailers is 128 KB, and the error's JSON is in base64. */
const MOST_ERROR_BYTES = 90_000

exports.ResponseStream = class ResponseStream extends Writable {
  #socket
  #target
  #contentType = DEFAULT_TYPE
  #isWritten = false
  #hasBegun = false
  #hasEnded = false

  /** `target` is the path that the response is posted to. */
  constructor(socket, target, highWaterMark) {
    super(highWaterMark > 0 ? { highWaterMark } : {})
    this.#socket = socket
    this.#target = target
  }

  get hasBegun() {
    return this.#hasBegun
  }

  setContentType(contentType) {
    if (this.#isWritten) throw runtimeError('InvalidStreamingOperation', 'Cannot set content-type, too late.')
    if (/[^\t\x20-\x7e\x80-\xff]/.test(contentType)) throw new TypeError('Invalid character in content-type')
    this.#contentType = contentType
  }

  /** As on Lambda, what is neither text nor bytes goes as JSON, and only `write`, not `end`, brings the prelude along. */
  write(chunk, encoding, callback) {
    const isFirst = !this.#isWritten
    this.#isWritten = true
    if (isFirst && typeof this._onBeforeFirstWrite === 'function') this._onBeforeFirstWrite((part) => super.write(part))
    const isPlain = typeof chunk === 'string' || chunk instanceof Uint8Array
    return super.write(isPlain ? chunk : JSON.stringify(chunk), encoding, callback)
  }

  _write(chunk, _encoding, callback) {
    this.#send([chunk], chunk.length, callback)
  }

  _writev(entries, callback) {
    const chunks = entries.map(({ chunk }) => chunk)
    this.#send(
      chunks,
      chunks.reduce((sum, { length }) => sum + length, 0),
      callback,
    )
  }

  _final(callback) {
    this.#end('', callback)
  }

  /** Ends the response with an error, behind everything that was written. Calls back even when it is too late for that. */
  fail({ errorType, json }, callback) {
    const type = `${ERROR_TYPE}: ${errorType}\r\n`
    const body = `${ERROR_BODY}: ${Buffer.from(json).toString('base64')}\r\n`
    const end = () => this.#end(json.length > MOST_ERROR_BYTES ? type : type + body, callback)
    if (this.destroyed || this.#hasEnded) return end()
    if (this.writableEnded) return void this.once('close', end)
    // What waits in the stream itself goes first.
    while (this.writableCorked > 0) this.uncork()
    if (this.writableLength === 0) end()
    else super.write('', end)
  }

  #send(chunks, size, callback) {
    // A chunk without content would be the end; behind the end there is nothing.
    if (this.#hasEnded || (size === 0 && this.#hasBegun)) return callback()
    const socket = this.#socket
    socket.cork()
    this.#begin()
    if (size === 0) socket.write('', callback)
    else {
      socket.write(`${size.toString(16)}\r\n`, 'latin1')
      for (const chunk of chunks) socket.write(chunk)
      socket.write(END_OF_CHUNK, callback)
    }
    socket.uncork()
  }

  #begin() {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#socket.write(
      `POST ${this.#target} HTTP/1.1\r\nLambda-Runtime-Function-Response-Mode: streaming\r\nContent-Type: ${this.#contentType}\r\nTransfer-Encoding: chunked\r\nTrailer: ${ERROR_TYPE}, ${ERROR_BODY}\r\n\r\n`,
      'latin1',
    )
  }

  #end(trailers, callback) {
    // Perhaps it is still on its way.
    if (this.#hasEnded) return this.#socket.write('', callback)
    this.#hasEnded = true
    this.#socket.cork()
    this.#begin()
    this.#socket.write(`0\r\n${trailers}\r\n`, 'latin1', callback)
    this.#socket.uncork()
  }
}

/** Status, headers and cookies for whoever speaks HTTP at the other end, ahead of the body. */
exports.HttpResponseStream = {
  from(stream, metadata) {
    stream.setContentType(INTEGRATION_TYPE)
    const prelude = JSON.stringify(metadata)
    stream._onBeforeFirstWrite = (write) => {
      write(prelude)
      write(new Uint8Array(DELIMITER_LENGTH))
    }
    return stream
  },
}
