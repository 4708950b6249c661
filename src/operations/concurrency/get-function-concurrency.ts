import type { Handler } from '../context.ts'
import { findFunction } from '../function/find-version.ts'
import { wholeFunction } from './whole-function.ts'

export const getFunctionConcurrency: Handler<'GetFunctionConcurrency'> = async (_input, { store, place, address }) => {
  const { account, functionName } = await findFunction(store, place, wholeFunction(address))
  return { ReservedConcurrentExecutions: store.concurrency.reserved(account, functionName) }
}
