import { fail } from '#base'
import { describeFunctionUrl, noFunctionUrl } from '#resources'
import type { Handler } from '../context.ts'
import { findSetting } from '../setting.ts'

export const getFunctionUrlConfig: Handler<'GetFunctionUrlConfig'> = (_input, { store, place, address }) =>
  describeFunctionUrl(place, findSetting(store.functionUrls, address) ?? fail(noFunctionUrl()))
