import { fail } from '#base'
import {
  describeEventInvokeConfig,
  eventInvokeConfigOf,
  noEventInvokeConfig,
  noFunctionForEvents,
  nothingConfigured,
  qualifiedArn,
  saysNothing,
} from '#resources'
import type { Handler } from '../context.ts'
import { lookUpVersion } from '../function/find-version.ts'
import { changeSetting, findSetting } from '../setting.ts'
import { expectDestinations } from './destinations.ts'

export const updateFunctionEventInvokeConfig: Handler<'UpdateFunctionEventInvokeConfig'> = async (input, context) => {
  const { store, place, address, clock } = context
  if (saysNothing(input)) throw nothingConfigured()
  const version = (await lookUpVersion(store, address)) ?? fail(noFunctionForEvents())
  const missing = noEventInvokeConfig(qualifiedArn(place, address))
  const known = findSetting(store.eventInvokeConfigs, address) ?? fail(missing)
  await expectDestinations(context, eventInvokeConfigOf(known, input, clock.now()), version)
  const changed = await changeSetting(context, store.eventInvokeConfigs, (current = fail(missing)) => [
    current,
    eventInvokeConfigOf(current, input, clock.now()),
  ])
  return describeEventInvokeConfig(place, changed)
}
