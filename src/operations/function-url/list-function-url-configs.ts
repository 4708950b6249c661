import { describeFunctionUrl, noFunctionForUrl } from '#resources'
import type { Handler } from '../context.ts'
import { listSettings, nextMarker } from '../page.ts'
import { isThere } from '../setting.ts'

export const listFunctionUrlConfigs: Handler<'ListFunctionUrlConfigs'> = async (input, context) => {
  const { store, place, address } = context
  if (!(await isThere(context, address))) throw noFunctionForUrl()
  const page = listSettings(store.functionUrls, address, input)
  return { FunctionUrlConfigs: page.items.map((url) => describeFunctionUrl(place, url)), ...nextMarker(page) }
}
