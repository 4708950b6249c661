import { beginUpdate, describeFunction, invalidParameter, notSupportedYet } from '#resources'
import type { Handler } from '../context.ts'
import { commitChange, findForChange } from './change-function.ts'
import { storeCode } from './code-package.ts'

export const updateFunctionCode: Handler<'UpdateFunctionCode'> = async (input, context) => {
  if (input.Publish || input.PublishTo !== undefined) throw notSupportedYet('Publish')
  const current = await findForChange(context, input.RevisionId)
  if (input.ImageUri !== undefined)
    throw invalidParameter("Please don't provide ImageUri when updating a function with packageType Zip.")
  const code = await storeCode(context.store, input)
  const configuration = {
    ...current.configuration,
    architecture: input.Architectures?.[0] ?? current.configuration.architecture,
  }
  if (input.DryRun)
    return describeFunction(context.place, beginUpdate(current, { code, configuration }, context.clock.now()))
  return commitChange(context, current, { code, configuration }, input.RevisionId !== undefined)
}
