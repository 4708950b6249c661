import type { Page } from '#resources'
import { decodeCursor, pageOf } from '../cursor.ts'
import type { ListStreamsOptions, LogStream } from '../log-store.ts'
import { bytesOf, type GroupFiles, type StreamFiles } from './log-index.ts'

/** In order of name or of the last event's time, either way round. */
export function listStreams(group: GroupFiles, options: ListStreamsOptions): Page<LogStream> {
  const { prefix = '', orderBy, descending = false, limit, after } = options
  const keyOf = ({ lastEventMs, name }: LogStream): Key => [orderBy === 'name' ? 0 : lastEventMs, name]
  const direction = descending ? -1 : 1
  const from = after === undefined ? undefined : decodeCursor(after, [0, ''] as Key)
  const streams = [...group.streams.values()]
    .filter(({ header, segments }) => header.stream.startsWith(prefix) && segments.length > 0)
    .map(describe)
    .filter((stream) => from === undefined || compare(keyOf(stream), from) * direction > 0)
    .sort((a, b) => compare(keyOf(a), keyOf(b)) * direction)
  return pageOf(streams, limit, keyOf)
}

type Key = readonly [number, string]

function compare([timeA, nameA]: Key, [timeB, nameB]: Key): number {
  if (timeA !== timeB) return timeA - timeB
  return nameA === nameB ? 0 : nameA < nameB ? -1 : 1
}

function describe(stream: StreamFiles): LogStream {
  const { header, segments, lastIngestionMs } = stream
  return {
    name: header.stream,
    createdMs: header.streamCreatedMs,
    firstEventMs: segments[0]?.firstMs ?? 0,
    lastEventMs: segments.at(-1)?.lastMs ?? 0,
    lastIngestionMs,
    storedBytes: bytesOf(stream),
  }
}
