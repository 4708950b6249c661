import { randomBytes } from 'node:crypto'
import type { FunctionAddress } from '#resources'
import { withLineage } from './lineage.ts'

const COUNT_DIGITS = 8
/** Random once for each process, and counted on from there: an id need be unique, and nobody guesses at it. */
const prefix = randomBytes(8).toString('hex')
let count = 0

/** The trace header that the function sees: the caller's, or a new root that is not sampled, one step further. */
export const traceHeaderFor = (given: string | undefined, nowMs: number, address: FunctionAddress): string =>
  withLineage(given?.includes('Root=') ? given : newTrace(nowMs), address)

function newTrace(nowMs: number): string {
  count = (count + 1) % 0xffffffff
  const id = `${prefix}${count.toString(16).padStart(COUNT_DIGITS, '0')}`
  return `Root=1-${Math.floor(nowMs / 1000).toString(16)}-${id};Parent=${id.slice(COUNT_DIGITS)};Sampled=0`
}

/** For active tracing: sampled, unless whoever called has decided on its own trace. */
export function sampledTraceHeader(header: string): string {
  if (header.startsWith('Root=') && header.includes(prefix)) return header.replace('Sampled=0', 'Sampled=1')
  return header.includes('Sampled=') ? header : `${header};Sampled=1`
}
