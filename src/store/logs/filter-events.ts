import { InvalidCursor } from '../errors.ts'
import type { FilterEventsOptions, FilteredEventsPage, LogEvent } from '../log-store.ts'
import { eventId, eventOf, MAXIMUM_PAGE_BYTES, timestampOfId } from './log-event.ts'
import type { GroupFiles, StreamFiles } from './log-index.ts'
import { mergeRecords } from './merge-records.ts'

// So many records are looked at for one page, so that a filter that matches nothing still answers in good time.
const MAXIMUM_SCANNED = 50_000

/** A page of many streams, in the order of event ids, which begin with the time. The token is the last id looked at. */
export async function filterEvents(group: GroupFiles, options: FilterEventsOptions): Promise<FilteredEventsPage> {
  const { startMs = 0, endMs = Infinity, limit, token, matches = () => true } = options
  if (token !== undefined && !/^\d{56}$/.test(token)) throw new InvalidCursor()
  const fromMs = token === undefined ? startMs : Math.max(startMs, timestampOfId(token))
  const events: LogEvent[] = []
  let bytes = 0
  let scanned = 0
  for await (const { stream, record } of mergeRecords(chosenStreams(group, options), fromMs)) {
    if (record.timestampMs >= endMs) break
    if (token !== undefined && record.timestampMs === fromMs && eventId(stream, record) <= token) continue
    if (matches(record.message)) {
      events.push(eventOf(stream, record))
      bytes += record.message.length
    }
    if (events.length >= limit || bytes > MAXIMUM_PAGE_BYTES || ++scanned >= MAXIMUM_SCANNED)
      return { events, nextToken: eventId(stream, record) }
  }
  return { events }
}

function chosenStreams(group: GroupFiles, { streams, prefix = '' }: FilterEventsOptions): StreamFiles[] {
  const all = [...group.streams.values()]
  if (!streams) return all.filter(({ header }) => header.stream.startsWith(prefix))
  const names = new Set(streams)
  return all.filter(({ header }) => names.has(header.stream))
}
