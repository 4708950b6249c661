import { DEFAULT_RECURSIVE_LOOP } from '#resources'
import type { Handler } from '../context.ts'
import { findFunction } from '../function/find-version.ts'
import { findSetting } from '../setting.ts'

export const getFunctionRecursionConfig: Handler<'GetFunctionRecursionConfig'> = async (
  _input,
  { store, place, address },
) => {
  await findFunction(store, place, address)
  return { RecursiveLoop: findSetting(store.recursion, address)?.recursiveLoop ?? DEFAULT_RECURSIVE_LOOP }
}
