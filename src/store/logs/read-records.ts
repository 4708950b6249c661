import { open } from 'node:fs/promises'
import type { Segment, StreamFiles } from './log-index.ts'
import { decodeRecords, endOfLine, type LogRecord } from './log-line.ts'

// Between two reads other work gets its turn, so this also bounds how long decoding keeps the event loop.
const CHUNK_BYTES = 64 * 1024

/** The records of a stream from an offset and a time on, some at a time, in order. */
export async function* readForward(
  stream: StreamFiles,
  fromOffset: number,
  startMs: number,
): AsyncGenerator<readonly LogRecord[]> {
  let offset = fromOffset
  for (;;) {
    const segment = stream.segments.find(({ base, size, lastMs }) => base + size > offset && lastMs >= startMs)
    if (!segment) return
    const start = Math.max(offset - segment.base, 0)
    const lines = await readLinesFrom(segment, start)
    yield decodeRecords(lines, segment.base + start, startMs)
    // Nothing read: the file was removed meanwhile.
    offset = segment.base + (lines.length > 0 ? start + lines.length : segment.size)
  }
}

/** The records of a stream before an offset, some at a time; the newest of them first, each portion in order. */
export async function* readBackward(
  stream: StreamFiles,
  beforeOffset: number,
  startMs: number,
): AsyncGenerator<readonly LogRecord[]> {
  let offset = beforeOffset
  for (;;) {
    const segment = stream.segments.findLast(({ base, lastMs }) => base < offset && lastMs >= startMs)
    if (!segment) return
    const end = Math.min(offset - segment.base, segment.size)
    const { start, lines } = await readLinesBefore(segment, end)
    yield decodeRecords(lines, segment.base + start, startMs)
    offset = segment.base + start
  }
}

async function readLinesFrom(segment: Segment, start: number): Promise<Buffer> {
  for (let length = CHUNK_BYTES; ; length *= 2) {
    const end = Math.min(start + length, segment.size)
    const chunk = await readRange(segment, start, end)
    const whole = chunk.lastIndexOf('\n') + 1
    if (whole > 0 || end === segment.size || chunk.length === 0) return chunk.subarray(0, whole)
  }
}

/** From the first line that begins in the range: the one cut in two is read with the next range. */
async function readLinesBefore(segment: Segment, end: number): Promise<{ start: number; lines: Buffer }> {
  for (let length = CHUNK_BYTES; ; length *= 2) {
    const start = Math.max(0, end - length)
    const chunk = await readRange(segment, start, end)
    const skipped = start === 0 ? 0 : endOfLine(chunk, 0)
    if (start === 0 || chunk.length === 0) return { start: 0, lines: chunk }
    if (skipped < chunk.length) return { start: start + skipped, lines: chunk.subarray(skipped) }
  }
}

/** Empty when the file is gone. */
async function readRange(segment: Segment, start: number, end: number): Promise<Buffer> {
  const file = await open(segment.path, 'r').catch(() => undefined)
  if (!file) return Buffer.alloc(0)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(end - start), 0, end - start, start)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
