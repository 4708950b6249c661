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
  let parts: Buffer[] = []
  let unreadBytes = 0
  /** Of the present frame, still to come. */
  let remaining = 0

  /** The bytes, when they are all there: joined only then, as they may come one by one. */
  function take(length: number): Buffer | undefined {
    if (unreadBytes < length) return undefined
    const whole = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
    parts = whole.length > length ? [whole.subarray(length)] : []
    unreadBytes -= length
    return whole.subarray(0, length)
  }

  /** False when more has to come first. */
  function readOn(): boolean {
    if (remaining === 0) {
      const header = take(HEADER_BYTES)
      if (header?.readUInt16BE(0) === FRAME) remaining = header.readUInt32BE(4)
      else if (header !== undefined) stream.destroy()
      return header !== undefined && !stream.destroyed
    }
    // What is longer than a record may be becomes several.
    const record = take(Math.min(remaining, MOST_RECORD_BYTES))
    if (record === undefined) return false
    remaining -= record.length
    emit(record.toString('utf8').replace(/\n$/, ''))
    return true
  }

  stream.on('data', (chunk: Buffer) => {
    parts.push(chunk)
    unreadBytes += chunk.length
    while (readOn());
  })
}
