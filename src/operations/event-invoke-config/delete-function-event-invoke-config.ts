import { noEventInvokeConfig, qualifiedArn } from '#resources'
import type { Handler } from '../context.ts'
import { settingAt } from '../setting.ts'

export const deleteFunctionEventInvokeConfig: Handler<'DeleteFunctionEventInvokeConfig'> = async (
  _input,
  { store, place, address },
) => {
  const { account, functionName, qualifier } = settingAt(address)
  if (!(await store.eventInvokeConfigs.delete(account, functionName, qualifier)))
    throw noEventInvokeConfig(qualifiedArn(place, address))
  return {}
}
