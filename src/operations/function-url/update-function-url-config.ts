import { fail } from '#base'
import { describeChangedFunctionUrl, noFunctionForUrl, noFunctionUrl, updateFunctionUrl } from '#resources'
import type { Handler } from '../context.ts'
import { changeSetting, isThere } from '../setting.ts'

export const updateFunctionUrlConfig: Handler<'UpdateFunctionUrlConfig'> = async (input, context) => {
  const { store, place, address, clock } = context
  if (!(await isThere(context, address))) throw noFunctionForUrl()
  const changed = await changeSetting(context, store.functionUrls, (current = fail(noFunctionUrl())) => [
    current,
    updateFunctionUrl(current, input, clock.now()),
  ])
  return describeChangedFunctionUrl(place, changed)
}
