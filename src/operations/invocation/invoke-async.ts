import { resolveVersion } from '#invocation'
import { invokedFunctionNotFound, isInvocable, notInvocable } from '#resources'
import type { Handler } from '../context.ts'
import { enqueue } from './enqueue.ts'
import { checkPayload } from './payload.ts'

/** The deprecated way to invoke with an event; it ends in the same queue. */
export const invokeAsync: Handler<'InvokeAsync'> = async (input, context) => {
  const version = await resolveVersion(context.store, context.address)
  if (!version) throw invokedFunctionNotFound(context.place, context.address)
  if (!isInvocable(version)) throw notInvocable(version)
  await enqueue(context, checkPayload('Event', input.InvokeArgs))
  return { Status: 202 }
}
