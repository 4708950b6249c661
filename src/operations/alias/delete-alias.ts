import type { Handler } from '../context.ts'
import { findFunction } from '../function/find-version.ts'
import { functionOf } from './function-of.ts'

/** An alias that does not exist is deleted successfully. */
export const deleteAlias: Handler<'DeleteAlias'> = async (input, { store, place, address, invocations }) => {
  const { account, functionName } = await findFunction(store, place, functionOf(address))
  await store.aliases.delete(account, functionName, input.Name)
  invocations.provision(account, functionName)
  return {}
}
