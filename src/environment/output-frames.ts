import type { Readable } from 'node:stream'
import { MOST_RECORD_BYTES } from './output-lines.ts'

/** Type, length and time of a frame: 4, 4 and 8 bytes, big-endian. */
const HEADER_BYTES = 16
/** The upper half of every type; the lower tells level and format. */
const FRAME = 0xa55a

/**
 * The records that AWS's runtime clients write to `_LAMBDA_TELEMETRY_LOG_FD`: there one record may have several lines,
 * and needs no line feed to end. Who writes anything else is not read on.
 */
export function readFrames(stream: Readable, emit: (record: string) => void): void {
  let unread: Buffer = Buffer.alloc(0)
  /** Of the present frame, still to come. */
  let remaining = 0

  function takeHeader(): boolean {
    if (unread.length < HEADER_BYTES) return false
    if (unread.readUInt16BE(0) !== FRAME) {
      stream.destroy()
      return false
    }
    remaining = unread.readUInt32BE(4)
    unread = unread.subarray(HEADER_BYTES)
    return true
  }

  stream.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk])
    while (remaining > 0 || takeHeader()) {
      // What is longer than a record may be becomes several.
      const length = Math.min(remaining, MOST_RECORD_BYTES)
      if (unread.length < length) return
      emit(unread.toString('utf8', 0, length).replace(/\n$/, ''))
      unread = unread.subarray(length)
      remaining -= length
    }
  })
}
