import { describeRuntimeManagement } from '#resources'
import type { Handler } from '../context.ts'
import { findVersion } from '../function/find-version.ts'

export const getRuntimeManagementConfig: Handler<'GetRuntimeManagementConfig'> = async (
  _input,
  { store, place, address },
) => {
  const { account, functionName, version } = await findVersion(store, place, address)
  return describeRuntimeManagement(place, address, store.runtimeManagement.get(account, functionName, version))
}
