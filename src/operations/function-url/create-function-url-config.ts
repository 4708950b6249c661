import { describeNewFunctionUrl, functionUrlExists, newFunctionUrl, noFunctionForUrl, urlFunctionArn } from '#resources'
import type { Handler } from '../context.ts'
import { isThere, settingAt } from '../setting.ts'

export const createFunctionUrlConfig: Handler<'CreateFunctionUrlConfig'> = async (input, context) => {
  const { store, place, address, clock } = context
  if (!(await isThere(context, address))) throw noFunctionForUrl()
  const url = newFunctionUrl(settingAt(address), input, clock.now())
  const written = await store.functionUrls.create(url)
  if (written === 'no-qualifier') throw noFunctionForUrl()
  if (written === 'in-the-way') throw functionUrlExists(urlFunctionArn(place, url))
  return describeNewFunctionUrl(place, url)
}
