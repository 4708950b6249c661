import type { FunctionAnswer } from './event.ts'

/** Why an event is tried no more, in AWS's words. */
export type EndCondition =
  | 'Success'
  | 'RetriesExhausted'
  | 'EventAgeExceeded'
  | 'ZeroReservedConcurrency'
  /** AWS documents what becomes of these events, but not this word. */
  | 'RecursiveInvocation'

/** How an event came to its end. */
export interface EventEnd {
  readonly condition: EndCondition
  /** Attempts in which the function ran. */
  readonly attempts: number
  /** Of the last of them. */
  readonly answer?: FunctionAnswer
  readonly endedMs: number
}
