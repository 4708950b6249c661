import type { FailedEvent, OutboxMessage, QueuedEvent } from '#resources'
import type { StoredEvent } from './event-store.ts'
import type { StoredFailedEvent } from './failed-event-store.ts'
import type { StoredMessage } from './outbox-store.ts'

/**
 * Moves between queue, outbox and failed events. Each is one commit, so that nothing is lost or doubled between two of
 * them. What has gone meanwhile, with its function, does not move: then they resolve with false.
 */
export interface EventMoves {
  /** The event leaves the queue, and what follows is there. */
  end(event: StoredEvent, messages: readonly OutboxMessage[], failed?: FailedEvent): Promise<boolean>

  /** The message is delivered as an event of this server. */
  forward(message: StoredMessage, event: QueuedEvent): Promise<boolean>

  /** The failed event is in the queue again. */
  replay(failure: StoredFailedEvent, event: QueuedEvent): Promise<boolean>

  /** The message is not tried again. */
  giveUp(message: StoredMessage, failed?: FailedEvent): Promise<boolean>
}
