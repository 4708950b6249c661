import type { QueuedEvent } from './event.ts'
import type { EventEnd } from './event-end.ts'

/** An event that failed for good and was handed over to nobody. It is kept for a while, to be looked at and run again. */
export interface FailedEvent {
  readonly event: QueuedEvent
  readonly end: EventEnd
  /** The ARN of what was to get it, when nothing could be delivered there. */
  readonly undeliveredTo?: string
}
