import type { LogEvent } from '../log-store.ts'
import type { StreamFiles } from './log-index.ts'
import type { LogRecord } from './log-line.ts'

// A page ends before it grows beyond this, as AWS's do.
export const MAXIMUM_PAGE_BYTES = 1024 * 1024

export function eventOf(stream: StreamFiles, record: LogRecord): LogEvent {
  const { timestampMs, ingestionMs, message } = record
  return { id: eventId(stream, record), stream: stream.header.stream, timestampMs, ingestionMs, message }
}

/** 14 digits of time, 20 of the stream, 22 of the place in it: as text in the order in which streams are merged. */
export function eventId({ idDigits }: StreamFiles, { timestampMs, offset }: LogRecord): string {
  return String(timestampMs).padStart(14, '0') + idDigits + String(offset).padStart(22, '0')
}

export const timestampOfId = (id: string): number => Number(id.slice(0, 14))
