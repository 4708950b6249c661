import type { QueuedEvent } from './event.ts'
import type { EventEnd } from './event-end.ts'

/**
 * What is to be handed over when an event has come to its end: a record of the invocation to a destination, or the event
 * itself to a dead-letter queue.
 */
export interface OutboxMessage {
  /** An ARN. */
  readonly target: string
  /** The execution role that must be allowed to use the target. */
  readonly role: string
  readonly kind: 'destination' | 'dead-letter'
  readonly event: QueuedEvent
  readonly end: EventEnd
  /** Tells it from others, at every try. */
  readonly uuid: string
  /** Tries that failed so far. */
  readonly tries: number
  readonly dueMs: number
}
