import type { EventEnd, FailedEvent, Page, QueuedEvent } from '#resources'

/** The id is the store's own and never used twice. */
export type StoredFailedEvent = FailedEvent & { readonly id: number }

/** Without what may be large. */
export interface ListedFailedEvent extends Pick<StoredFailedEvent, 'id' | 'undeliveredTo'> {
  readonly event: Omit<QueuedEvent, 'payload' | 'lastError'>
  readonly end: Omit<EventEnd, 'answer'>
}

export interface ListFailedEventsOptions {
  readonly limit: number
  /** The `next` of the page before. */
  readonly after?: string | undefined
  /** Only events of this function. */
  readonly functionName?: string | undefined
}

/** Events that failed for good and were handed over to nobody: the newest, for a while. They go with their function. */
export interface FailedEventStore {
  find(account: string, id: number): Promise<StoredFailedEvent | undefined>

  /** The newest first. Throws InvalidCursor. */
  list(account: string, options: ListFailedEventsOptions): Promise<Page<ListedFailedEvent>>

  /** Deletes those of an account, or of one function, and tells how many there were. */
  purge(account: string, functionName?: string): Promise<number>

  /** Deletes those that ended before. */
  expire(beforeMs: number): Promise<void>

  /** Of all accounts or of one. */
  count(account?: string): number
}
