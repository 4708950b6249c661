import { describeEventInvokeConfig, noFunctionForEvents } from '#resources'
import type { Handler } from '../context.ts'
import { listSettings, nextMarker } from '../page.ts'
import { isThere } from '../setting.ts'

export const listFunctionEventInvokeConfigs: Handler<'ListFunctionEventInvokeConfigs'> = async (input, context) => {
  const { store, place, address } = context
  if (!(await isThere(context, address))) throw noFunctionForEvents()
  const page = listSettings(store.eventInvokeConfigs, address, input)
  return {
    FunctionEventInvokeConfigs: page.items.map((config) => describeEventInvokeConfig(place, config)),
    ...nextMarker(page),
  }
}
