import { describeScaling, functionArn } from '#resources'
import type { Handler } from '../context.ts'
import { findVersion } from '../function/find-version.ts'

export const getFunctionScalingConfig: Handler<'GetFunctionScalingConfig'> = async (
  _input,
  { store, place, address },
) => {
  const version = await findVersion(store, place, address)
  return { FunctionArn: functionArn(place, address), ...describeScaling(version) }
}
