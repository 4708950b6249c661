import type { OutboxMessage } from '#resources'

/** A message on disk. The id is the store's own and never used twice. */
export type StoredMessage = OutboxMessage & { readonly id: number }

/** Messages to one target by the rights of one role wait for no others. */
export type OutboxLane = Pick<OutboxMessage, 'target' | 'role'>

/** The durable queue of messages that are to leave this server. It works as that of events does. */
export interface OutboxStore {
  /** The lanes in which something has become due; each is told once, and again after `claim` found it empty. */
  takeDue(nowMs: number): readonly OutboxLane[]

  claim(lane: OutboxLane, nowMs: number): Promise<StoredMessage | undefined>

  /** Its deletion is written with the next batch: a crash before that delivers it once more. */
  delivered(message: StoredMessage): void

  /** Gives a claimed message back on disk, with one more try that failed. */
  retry(message: StoredMessage, dueMs: number): Promise<void>

  /** Of all accounts or of one. */
  count(account?: string): number

  waitForWork(signal: AbortSignal): Promise<void>
}
