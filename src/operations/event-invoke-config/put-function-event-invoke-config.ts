import { fail } from '#base'
import {
  describeEventInvokeConfig,
  eventInvokeConfigOf,
  noFunctionForEvents,
  nothingConfigured,
  saysNothing,
} from '#resources'
import type { Handler } from '../context.ts'
import { lookUpVersion } from '../function/find-version.ts'
import { settingAt } from '../setting.ts'
import { expectDestinations } from './destinations.ts'

export const putFunctionEventInvokeConfig: Handler<'PutFunctionEventInvokeConfig'> = async (input, context) => {
  const { store, place, address, clock } = context
  if (saysNothing(input)) throw nothingConfigured()
  const version = (await lookUpVersion(store, address)) ?? fail(noFunctionForEvents())
  const config = eventInvokeConfigOf(settingAt(address), input, clock.now())
  await expectDestinations(context, config, version)
  if ((await store.eventInvokeConfigs.put(config)) === 'no-qualifier') throw noFunctionForEvents()
  return describeEventInvokeConfig(place, config)
}
