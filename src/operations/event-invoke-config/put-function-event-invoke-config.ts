import {
  describeEventInvokeConfig,
  eventInvokeConfigOf,
  noFunctionForEvents,
  nothingConfigured,
  refuseUndeliveredDestinations,
  saysNothing,
} from '#resources'
import type { Handler } from '../context.ts'
import { isThere, settingAt } from '../setting.ts'
import { expectDestinations } from './destinations.ts'

export const putFunctionEventInvokeConfig: Handler<'PutFunctionEventInvokeConfig'> = async (input, context) => {
  const { store, place, address, clock } = context
  if (saysNothing(input)) throw nothingConfigured()
  if (!(await isThere(context, address))) throw noFunctionForEvents()
  const config = eventInvokeConfigOf(settingAt(address), input, clock.now())
  await expectDestinations(context, config)
  refuseUndeliveredDestinations(config)
  if ((await store.eventInvokeConfigs.put(config)) === 'no-qualifier') throw noFunctionForEvents()
  return describeEventInvokeConfig(place, config)
}
