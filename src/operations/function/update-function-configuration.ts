import { updateConfiguration } from '#resources'
import type { Handler } from '../context.ts'
import { commitChange, findForChange } from './change-function.ts'
import { checkExecutionRole } from './execution-role.ts'

export const updateFunctionConfiguration: Handler<'UpdateFunctionConfiguration'> = async (input, context) => {
  const current = await findForChange(context, input.RevisionId)
  const configuration = updateConfiguration(current.configuration, input)
  if (input.Role !== undefined) await checkExecutionRole(context, input.Role)
  return commitChange(context, current, { configuration }, input.RevisionId !== undefined)
}
