import { functionNotFound } from '#resources'
import type { Handler } from '../context.ts'
import { settingAt } from '../setting.ts'

export const putFunctionRecursionConfig: Handler<'PutFunctionRecursionConfig'> = async (
  { RecursiveLoop },
  { store, place, address },
) => {
  const written = await store.recursion.put({ ...settingAt(address), recursiveLoop: RecursiveLoop })
  if (written === 'no-qualifier') throw functionNotFound(place, address)
  return { RecursiveLoop }
}
