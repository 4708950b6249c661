import { noFunctionUrl } from '#resources'
import type { Handler } from '../context.ts'
import { settingAt } from '../setting.ts'

export const deleteFunctionUrlConfig: Handler<'DeleteFunctionUrlConfig'> = async (_input, { store, address }) => {
  const { account, functionName, qualifier } = settingAt(address)
  if (!(await store.functionUrls.delete(account, functionName, qualifier))) throw noFunctionUrl()
  return {}
}
