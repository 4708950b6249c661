import { beginUpdate, describeFunction, updateConfiguration, withLayers } from '#resources'
import { checkProvider, passProvider } from '../capacity-provider/check-provider.ts'
import type { Handler } from '../context.ts'
import { checkSizeWithLayers, findLayers } from '../layer/function-layers.ts'
import { checkAttachments } from './attachments.ts'
import { changeFunction, expectFree } from './change-function.ts'
import { checkExecutionRole } from './execution-role.ts'

export const updateFunctionConfiguration: Handler<'UpdateFunctionConfiguration'> = async (input, context) => {
  const { latest } = await changeFunction(context, async (current) => {
    const before = expectFree(context, current, input.RevisionId).configuration
    const configuration = withLayers(updateConfiguration(before, input), await findLayers(context, input.Layers))
    if (input.Role !== undefined) await checkExecutionRole(context, input.Role)
    if (input.CapacityProviderConfig) passProvider(context, configuration.capacity)
    checkProvider(context, current.account, configuration)
    if (input.Layers) await checkSizeWithLayers(context, current.code, configuration)
    await checkAttachments(context, current, configuration, before)
    return { latest: beginUpdate(current, { configuration }, context.clock.now()) }
  })
  return describeFunction(context.place, latest)
}
