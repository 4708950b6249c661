import { functionArn, scaleVersion } from '#resources'
import type { Handler } from '../context.ts'
import { findVersion } from '../function/find-version.ts'
import { untilWritten } from '../until-written.ts'

export const putFunctionScalingConfig: Handler<'PutFunctionScalingConfig'> = async (input, context) => {
  const { store, place, address, invocations } = context
  const scaled = await untilWritten(functionArn(place, address), async () => {
    const current = await findVersion(store, place, address)
    const changed = scaleVersion(current, input.FunctionScalingConfig)
    return (await store.functions.update(changed, current.revisionId)) ? changed : undefined
  })
  await invocations.scale(scaled)
  return { FunctionState: scaled.state }
}
