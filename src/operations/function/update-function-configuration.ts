import { beginUpdate, describeFunction, updateConfiguration } from '#resources'
import type { Handler } from '../context.ts'
import { checkAttachments } from './attachments.ts'
import { changeFunction, expectFree } from './change-function.ts'
import { checkExecutionRole } from './execution-role.ts'

export const updateFunctionConfiguration: Handler<'UpdateFunctionConfiguration'> = async (input, context) => {
  const { latest } = await changeFunction(context, async (current) => {
    const configuration = updateConfiguration(expectFree(context, current, input.RevisionId).configuration, input)
    if (input.Role !== undefined) await checkExecutionRole(context, input.Role)
    checkAttachments(context, configuration, current.configuration)
    return { latest: beginUpdate(current, { configuration }, context.clock.now()) }
  })
  return describeFunction(context.place, latest)
}
