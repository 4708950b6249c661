import type { OperationName } from '#model'
import type { Refusal } from '../../support/refusal.ts'

/** A request that AWS was seen to refuse, and its answer; `keys` where the body has others than usual of its code. */
export type Row = readonly [
  operation: OperationName,
  input: Readonly<Record<string, unknown>>,
  refusal: Refusal,
  keys?: readonly string[],
]

/** AWS leaves the Type out of some answers. */
export const UNTYPED = ['message']
