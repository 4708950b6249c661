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

/** One message of an event stream, in parts: the payload is not copied. */
export function encodeFrame(headers: Buffer, payload: Buffer): readonly Buffer[] {
  const headLength = PRELUDE_BYTES + headers.length
  // One small allocation for both ends.
  const ends = Buffer.allocUnsafe(headLength + CHECKSUM_BYTES)
  const head = ends.subarray(0, headLength)
  head.writeUInt32BE(headLength + payload.length + CHECKSUM_BYTES, 0)
  head.writeUInt32BE(headers.length, 4)
  head.writeUInt32BE(crc32(head.subarray(0, 8)), 8)
  headers.copy(head, PRELUDE_BYTES)
  ends.writeUInt32BE(crc32(payload, crc32(head)), headLength)
  return [head, payload, ends.subarray(headLength)]
}
