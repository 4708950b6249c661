import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { SegmentHeader } from './log-line.ts'

/** One file of a stream. */
export interface Segment {
  readonly path: string
  /** Offset in the stream of the file's first byte. */
  readonly base: number
  /** Bytes of whole lines. */
  readonly size: number
  readonly firstMs: number
  readonly lastMs: number
}

export interface StreamFiles {
  readonly header: SegmentHeader
  /** The stream's digits in the ids of its events. */
  readonly idDigits: string
  /** In order of time and of offset. */
  readonly segments: Segment[]
  /** Where the next segment begins. */
  endOffset: number
  lastIngestionMs: number
}

export interface GroupFiles {
  readonly name: string
  readonly directory: string
  readonly createdMs: number
  readonly streams: Map<string, StreamFiles>
  bytes: number
}

/** What lies in the log directory, in memory. */
export class LogIndex {
  readonly groups = new Map<string, GroupFiles>()
  readonly #root: string
  #bytes = 0

  constructor(root: string) {
    this.#root = root
  }

  /** Of all groups. */
  get bytes(): number {
    return this.#bytes
  }

  /** Finds the group or makes an empty one; nothing happens on disk. */
  group(name: string, createdMs: number): GroupFiles {
    const known = this.groups.get(name)
    if (known) return known
    const group = { name, directory: join(this.#root, fileName(name)), createdMs, streams: new Map(), bytes: 0 }
    this.groups.set(name, group)
    return group
  }

  /** Finds the stream or makes an empty one; nothing happens on disk. */
  stream(group: GroupFiles, name: string, streamCreatedMs: number): StreamFiles {
    const known = group.streams.get(name)
    if (known) return known
    const header = { group: group.name, groupCreatedMs: group.createdMs, stream: name, streamCreatedMs }
    const stream = { header, idDigits: idDigitsOf(header), segments: [], endOffset: 0, lastIngestionMs: 0 }
    group.streams.set(name, stream)
    return stream
  }

  segmentPath(group: GroupFiles, stream: StreamFiles, base: number): string {
    return join(group.directory, `${fileName(stream.header.stream)}.${String(base).padStart(16, '0')}.log`)
  }

  /** The stream has a new segment, or its last one has grown. */
  setLastSegment(group: GroupFiles, stream: StreamFiles, segment: Segment): void {
    const before = stream.segments.at(-1)
    if (before?.path === segment.path) stream.segments.pop()
    stream.segments.push(segment)
    const grown = segment.size - (before?.path === segment.path ? before.size : 0)
    group.bytes += grown
    this.#bytes += grown
  }

  removeSegment(group: GroupFiles, stream: StreamFiles, segment: Segment): void {
    stream.segments.splice(stream.segments.indexOf(segment), 1)
    if (stream.segments.length === 0) group.streams.delete(stream.header.stream)
    group.bytes -= segment.size
    this.#bytes -= segment.size
  }

  removeGroup(group: GroupFiles): void {
    this.groups.delete(group.name)
    this.#bytes -= group.bytes
  }
}

export const bytesOf = (stream: StreamFiles): number => stream.segments.reduce((sum, { size }) => sum + size, 0)

function idDigitsOf({ group, stream }: SegmentHeader): string {
  const hash = createHash('sha256').update(`${group}\0${stream}`).digest()
  return String(hash.readBigUInt64BE()).padStart(20, '0')
}

// A file name may have 255 bytes; the offset and the extension need 21.
const MAXIMUM_FILE_NAME = 200

/** Any text as a file name: readable if it can be, and never `.`, `..` or a path. */
function fileName(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll('.', '%2E') || '%'
  if (encoded.length <= MAXIMUM_FILE_NAME) return encoded
  return `${encoded.slice(0, 100)}~${createHash('sha256').update(name).digest('hex')}`
}
