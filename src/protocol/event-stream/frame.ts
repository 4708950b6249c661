import { crc32 } from 'node:zlib'

// A frame is its length, the length of its headers and a checksum of both; the headers; the payload; and a checksum of
// everything before.
const PRELUDE_BYTES = 12
const CHECKSUM_BYTES = 4
const STRING = 7

/** Headers in the form in which frames carry them: each a name, the kind of its value, and the value. */
export function encodeHeaders(headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(Buffer.byteLength(value))
      return [
        Buffer.from([Buffer.byteLength(name)]),
        Buffer.from(name),
        Buffer.from([STRING]),
        length,
        Buffer.from(value),
      ]
    }),
  )
}

/** One message of an event stream. */
export function encodeFrame(headers: Buffer, payload: Buffer): Buffer {
  const length = PRELUDE_BYTES + headers.length + payload.length + CHECKSUM_BYTES
  const frame = Buffer.allocUnsafe(length)
  frame.writeUInt32BE(length, 0)
  frame.writeUInt32BE(headers.length, 4)
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
  headers.copy(frame, PRELUDE_BYTES)
  payload.copy(frame, PRELUDE_BYTES + headers.length)
  frame.writeUInt32BE(crc32(frame.subarray(0, length - CHECKSUM_BYTES)), length - CHECKSUM_BYTES)
  return frame
}
