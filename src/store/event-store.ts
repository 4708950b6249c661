import type { FunctionAddress, FunctionAnswer, QueuedEvent } from '#resources'

/** An event on disk. The id is the store's own and never used twice. */
export type StoredEvent = QueuedEvent & { readonly id: number }

/** How an event is tried again. */
export interface Retry {
  readonly attempts: number
  readonly dueMs: number
  /** Undefined: what is known of an earlier attempt stays. */
  readonly lastError?: FunctionAnswer | undefined
}

/**
 * The durable queue of asynchronous invocations, divided into lanes: the events of one address, a function with or
 * without a qualifier, wait for none of another. Claims live in memory only: after a crash every event that was not
 * completed can be claimed again, so each runs at least once. The events of a function are deleted with it, claimed ones
 * too.
 */
export interface EventStore {
  /** Resolves when the event is on disk. Throws QueueFull when too much waits to be written. */
  enqueue(event: QueuedEvent): Promise<void>

  /** The lanes in which something has become due; each is told once, and again after `claim` found it empty. */
  takeDue(nowMs: number): readonly FunctionAddress[]

  /** The oldest event of the lane that is due and that nobody has claimed. */
  claim(lane: FunctionAddress, nowMs: number): Promise<StoredEvent | undefined>

  /** Gives a claimed event back as it was; it is the next one of its lane again. */
  release(event: StoredEvent): void

  /** The event has run. Its deletion is written with the next batch: a crash before that runs it once more. */
  complete(event: StoredEvent): void

  /** Gives a claimed event back on disk, to be claimed again when it is due. */
  retry(event: StoredEvent, how: Retry): Promise<void>

  /** Events accepted and not completed, of all accounts or of one. */
  count(account?: string): Promise<number>

  /** Of them, those of one address. */
  countOf(lane: FunctionAddress): number

  /** When the oldest of an account was accepted. */
  oldestMs(account: string): Promise<number | undefined>

  /** Resolves when `takeDue` has something to tell, or may have; rejects with the signal's reason. */
  waitForWork(signal: AbortSignal): Promise<void>
}
