import { InvalidCursor } from '../errors.ts'
import type { LogEventsPage, ReadEventsOptions } from '../log-store.ts'
import { eventOf, MAXIMUM_PAGE_BYTES } from './log-event.ts'
import type { StreamFiles } from './log-index.ts'
import type { LogRecord } from './log-line.ts'
import { readBackward, readForward } from './read-records.ts'

/** A page of one stream. Tokens are places in the stream, so they stay valid while it grows. */
export async function readEvents(stream: StreamFiles, options: ReadEventsOptions): Promise<LogEventsPage> {
  const { direction, offset } = placeOf(stream, options)
  const records =
    direction === 'f' ? await pageFrom(stream, offset, options) : await pageBefore(stream, offset, options)
  return {
    events: records.map((record) => eventOf(stream, record)),
    nextForwardToken: tokenOf('f', records.at(-1)?.endOffset ?? offset),
    nextBackwardToken: tokenOf('b', records[0]?.offset ?? offset),
  }
}

type Direction = 'f' | 'b'

function placeOf(
  stream: StreamFiles,
  { token, fromHead }: ReadEventsOptions,
): { direction: Direction; offset: number } {
  if (token === undefined)
    return fromHead ? { direction: 'f', offset: 0 } : { direction: 'b', offset: stream.endOffset }
  const [, direction, digits] = /^([fb])\/0*(\d{1,15})\/s$/.exec(token) ?? []
  if ((direction !== 'f' && direction !== 'b') || digits === undefined) throw new InvalidCursor()
  return { direction, offset: Number(digits) }
}

const tokenOf = (direction: Direction, offset: number): string => `${direction}/${String(offset).padStart(56, '0')}/s`

async function pageFrom(
  stream: StreamFiles,
  offset: number,
  { startMs = 0, endMs = Infinity, limit }: ReadEventsOptions,
) {
  const page: LogRecord[] = []
  let bytes = 0
  for await (const records of readForward(stream, offset, startMs))
    for (const record of records) {
      bytes += record.endOffset - record.offset
      const isFull = page.length >= limit || (page.length > 0 && bytes > MAXIMUM_PAGE_BYTES)
      if (isFull || record.timestampMs >= endMs) return page
      page.push(record)
    }
  return page
}

async function pageBefore(
  stream: StreamFiles,
  offset: number,
  { startMs = 0, endMs = Infinity, limit }: ReadEventsOptions,
) {
  const page: LogRecord[] = []
  let bytes = 0
  for await (const records of readBackward(stream, offset, startMs))
    for (const record of records.toReversed()) {
      if (record.timestampMs >= endMs) continue
      bytes += record.endOffset - record.offset
      if (page.length >= limit || (page.length > 0 && bytes > MAXIMUM_PAGE_BYTES)) return page.reverse()
      page.push(record)
    }
  return page.reverse()
}
