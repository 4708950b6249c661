import { wholeFunction } from '../concurrency/whole-function.ts'
import type { Handler } from '../context.ts'
import { findFunction } from '../function/find-version.ts'

export const deleteFunctionCodeSigningConfig: Handler<'DeleteFunctionCodeSigningConfig'> = async (
  _input,
  { store, place, address },
) => {
  const { account, functionName } = await findFunction(store, place, wholeFunction(address))
  await store.codeSigning.release(account, functionName)
  return {}
}
