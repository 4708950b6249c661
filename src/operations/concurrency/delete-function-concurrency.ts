import type { Handler } from '../context.ts'
import { findFunction } from '../function/find-version.ts'
import { wholeFunction } from './whole-function.ts'

export const deleteFunctionConcurrency: Handler<'DeleteFunctionConcurrency'> = async (
  _input,
  { store, place, address },
) => {
  const { account, functionName } = await findFunction(store, place, wholeFunction(address))
  await store.concurrency.release(account, functionName)
  return {}
}
