import { beginUpdate, describeFunction, type FunctionVersion } from '#resources'
import { checkProvider } from '../capacity-provider/check-provider.ts'
import { markUntrusted, refuseUntrusted } from '../code-signing/admit-code.ts'
import type { Handler } from '../context.ts'
import { checkSizeWithLayers } from '../layer/function-layers.ts'
import {
  type Change,
  changeFunction,
  checkPublishTo,
  expectFree,
  findChangeable,
  publishOrRepeat,
} from './change-function.ts'
import { findCode } from './code-package.ts'

export const updateFunctionCode: Handler<'UpdateFunctionCode'> = async (input, context) => {
  const found = expectFree(context, await findChangeable(context), input.RevisionId)
  checkPublishTo(found, input.PublishTo)
  const signing = await context.store.codeSigning.findFor(found.account, found.functionName)
  refuseUntrusted(signing, found.functionName)
  const changed = ({ configuration }: FunctionVersion) => ({
    ...configuration,
    architecture: input.Architectures?.[0] ?? configuration.architecture,
  })
  const code = markUntrusted(context, await findCode(context, changed(found), input, 'updating'), signing)
  const updateOf = async (current: FunctionVersion) => {
    const configuration = changed(current)
    await checkSizeWithLayers(context, code, configuration)
    checkProvider(context, current.account, configuration)
    return beginUpdate(current, { code, configuration }, context.clock.now())
  }
  if (input.DryRun) return describeFunction(context.place, await updateOf(found))

  const isPublished = input.Publish || input.PublishTo !== undefined
  const { shown } = await changeFunction(context, async (current): Promise<Change & { shown: FunctionVersion }> => {
    const updated = await updateOf(expectFree(context, current, input.RevisionId))
    if (!isPublished) return { latest: updated, shown: updated }
    const { isNew, published, ...publication } = await publishOrRepeat(context, updated, { to: input.PublishTo })
    return { ...publication, shown: published, ...(isNew && { published }) }
  })
  return describeFunction(context.place, shown, isPublished ? shown.version : undefined)
}
