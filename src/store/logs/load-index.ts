import { type FileHandle, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '#base'
import type { LogIndex, Segment } from './log-index.ts'
import { decodeRecords, endOfLine, type LogRecord, type SegmentHeader, timestampAt } from './log-line.ts'

/** Fills the index from what an earlier process left; what cannot be read is passed over. */
export async function loadIndex(index: LogIndex, root: string, log: Log): Promise<void> {
  for (const path of await segmentPaths(root)) {
    try {
      const found = await inspect(path)
      if (found) remember(index, found)
      // The file's first write was cut off: there is no record in it.
      else await rm(path, { force: true })
    } catch (error) {
      log.warn('A file of earlier logs cannot be read.', { path, error })
    }
  }
}

/** In order of name, which is the order of their offsets within a stream. */
async function segmentPaths(root: string): Promise<string[]> {
  const files = await readdir(root, { recursive: true })
  return files
    .filter((file) => /\.\d{16}\.log$/.test(file))
    .sort()
    .map((file) => join(root, file))
}

function remember(index: LogIndex, { header, segment, fileBytes, last }: Inspected): void {
  const group = index.group(header.group, header.groupCreatedMs)
  const stream = index.stream(group, header.stream, header.streamCreatedMs)
  index.setLastSegment(group, stream, segment)
  stream.endOffset = segment.base + fileBytes
  stream.lastIngestionMs = last.ingestionMs
}

interface Inspected {
  readonly header: SegmentHeader
  readonly segment: Segment
  /** More than the segment's size when the last write was cut off. */
  readonly fileBytes: number
  readonly last: LogRecord
}

async function inspect(path: string): Promise<Inspected | undefined> {
  const file = await open(path, 'r')
  try {
    const fileBytes = (await file.stat()).size
    const head = await readHead(file, fileBytes)
    const tail = await readTail(file, fileBytes)
    if (!head || !tail) return undefined
    const segment = { path, base: baseOf(path), size: tail.end, firstMs: head.firstMs, lastMs: tail.last.timestampMs }
    return { header: head.header, segment, fileBytes, last: tail.last }
  } finally {
    await file.close()
  }
}

const baseOf = (path: string): number => Number(path.split('.').at(-2))

// A header holds two names of up to 512 characters, and the time of the first record follows it.
const HEAD_BYTES = 8_192

async function readHead(file: FileHandle, fileBytes: number) {
  const head = await readRange(file, 0, Math.min(HEAD_BYTES, fileBytes))
  const end = endOfLine(head, 0)
  if (end === head.length) return undefined
  return { header: JSON.parse(head.toString('utf8', 0, end)) as SegmentHeader, firstMs: timestampAt(head, end) }
}

/** The last whole record and where it ends; looks at ever more of the file until it finds one. */
async function readTail(file: FileHandle, fileBytes: number) {
  for (let length = 4_096; ; length *= 16) {
    const start = Math.max(0, fileBytes - length)
    const tail = await readRange(file, start, fileBytes)
    const from = start === 0 ? 0 : endOfLine(tail, 0)
    const to = tail.lastIndexOf('\n') + 1
    const last = to > from ? decodeRecords(tail.subarray(from, to), start + from, 0).at(-1) : undefined
    if (last) return { last, end: start + to }
    if (start === 0) return undefined
  }
}

async function readRange(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
  return buffer.subarray(0, bytesRead)
}
