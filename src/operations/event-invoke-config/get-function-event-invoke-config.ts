import { fail } from '#base'
import { describeEventInvokeConfig, noEventInvokeConfig, qualifiedArn } from '#resources'
import type { Handler } from '../context.ts'
import { findSetting } from '../setting.ts'

export const getFunctionEventInvokeConfig: Handler<'GetFunctionEventInvokeConfig'> = (
  _input,
  { store, place, address },
) => {
  const config =
    findSetting(store.eventInvokeConfigs, address) ?? fail(noEventInvokeConfig(qualifiedArn(place, address)))
  return describeEventInvokeConfig(place, config)
}
