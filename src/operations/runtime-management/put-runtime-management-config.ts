import { describeRuntimeManagement, functionNotFound, runtimeManagementOf } from '#resources'
import type { Handler } from '../context.ts'
import { findVersion } from '../function/find-version.ts'

/** Through an alias it is set for the version behind it. */
export const putRuntimeManagementConfig: Handler<'PutRuntimeManagementConfig'> = async (
  input,
  { store, place, address },
) => {
  const setting = runtimeManagementOf(place, await findVersion(store, place, address), input)
  if ((await store.runtimeManagement.put(setting)) === 'no-qualifier') throw functionNotFound(place, address)
  return describeRuntimeManagement(place, address, setting)
}
