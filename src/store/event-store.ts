import type { QueuedEvent } from '#resources'

/** An event on disk. The id is the store's own and never used twice. */
export type StoredEvent = QueuedEvent & { readonly id: number }

/**
 * The durable queue of asynchronous invocations. Claims live in memory only: after a crash every event that was not
 * completed can be claimed again, so each runs at least once. The events of a function are deleted with it, claimed
 * ones too.
 */
export interface EventStore {
  /** Resolves when the event is on disk. Throws QueueFull when too much waits to be written. */
  enqueue(event: QueuedEvent): Promise<void>

  /** Up to `limit` events that are due and that nobody has claimed, oldest first. */
  claim(nowMs: number, limit: number): Promise<readonly StoredEvent[]>

  /** The event has run. Its deletion is written with the next batch: a crash before that runs it once more. */
  complete(id: number): void

  /** Gives a claimed event back, to be claimed again from `dueMs` on. */
  retry(id: number, attempts: number, dueMs: number): Promise<void>

  /** Events accepted and not completed. */
  count(): Promise<number>

  /** Resolves when `claim` has something to give, or may have; rejects with the signal's reason. */
  waitForWork(signal: AbortSignal): Promise<void>
}
