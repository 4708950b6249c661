import type { EventEnd, QueuedEvent } from '#resources'
import { bufferOf } from './buffer-of.ts'

/** An event and how it ended. */
export interface EndedEvent {
  readonly event: QueuedEvent
  readonly end: EventEnd
}

interface Columns {
  /** JSON of everything but the two payloads. */
  readonly record: string
  readonly payload: Uint8Array
  readonly answer: Uint8Array | null
}

/** As columns, together with whatever else is to be in the record. */
export function endedColumns({ event, end }: EndedEvent, more: object): Columns {
  const { payload, lastError: _, ...rest } = event
  const { answer, ...how } = end
  const record = { ...more, event: rest, end: how, executedVersion: answer?.executedVersion }
  return { record: JSON.stringify(record), payload, answer: answer?.payload ?? null }
}

/** What a record says by itself. */
export interface EndedRecord {
  readonly event: Omit<QueuedEvent, 'payload' | 'lastError'>
  readonly end: Omit<EventEnd, 'answer'>
}

export const readEndedRecord = (record: string): EndedRecord & Record<string, unknown> => JSON.parse(record)

/** The contrary of `endedColumns`. */
export function readEnded({ record, payload, answer }: Columns): EndedEvent & Record<string, unknown> {
  const { event, end, executedVersion, ...more } = JSON.parse(record)
  return {
    ...more,
    event: { ...event, payload: bufferOf(payload) },
    end: answer ? { ...end, answer: { executedVersion, payload: bufferOf(answer) } } : end,
  }
}
