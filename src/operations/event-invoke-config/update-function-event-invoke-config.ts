import { fail } from '#base'
import {
  describeEventInvokeConfig,
  eventInvokeConfigOf,
  noEventInvokeConfig,
  noFunctionForEvents,
  nothingConfigured,
  qualifiedArn,
  refuseUndeliveredDestinations,
  saysNothing,
} from '#resources'
import type { Handler } from '../context.ts'
import { changeSetting, findSetting, isThere } from '../setting.ts'
import { expectDestinations } from './destinations.ts'

export const updateFunctionEventInvokeConfig: Handler<'UpdateFunctionEventInvokeConfig'> = async (input, context) => {
  const { store, place, address, clock } = context
  if (saysNothing(input)) throw nothingConfigured()
  if (!(await isThere(context, address))) throw noFunctionForEvents()
  const missing = noEventInvokeConfig(qualifiedArn(place, address))
  const known = findSetting(store.eventInvokeConfigs, address) ?? fail(missing)
  await expectDestinations(context, eventInvokeConfigOf(known, input, clock.now()))
  const changed = await changeSetting(context, store.eventInvokeConfigs, (current = fail(missing)) => {
    const config = eventInvokeConfigOf(current, input, clock.now())
    refuseUndeliveredDestinations(config)
    return [current, config]
  })
  return describeEventInvokeConfig(place, changed)
}
