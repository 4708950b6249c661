import {
  invokedFunctionNotFound,
  LATEST,
  lessThanProvisioned,
  MAXIMUM_RESERVED,
  notForManaged,
  tooMuchReserved,
} from '#resources'
import type { Handler } from '../context.ts'
import { wholeFunction } from './whole-function.ts'

export const putFunctionConcurrency: Handler<'PutFunctionConcurrency'> = async (input, { store, place, address }) => {
  const { account, functionName } = wholeFunction(address)
  if ((await store.functions.find(account, functionName, LATEST))?.configuration.capacity)
    throw notForManaged('ReservedConcurrentExecutions')
  const executions = input.ReservedConcurrentExecutions
  const outcome = await store.concurrency.reserve(account, functionName, executions, MAXIMUM_RESERVED)
  // AWS names `$LATEST` here, as if the function were invoked.
  if (outcome === 'no-function') throw invokedFunctionNotFound(place, { account, functionName })
  if (outcome === 'too-much') throw tooMuchReserved()
  if (outcome === 'less-than-provisioned')
    throw lessThanProvisioned(executions, store.concurrency.provisioned(account, functionName))
  return { ReservedConcurrentExecutions: executions }
}
