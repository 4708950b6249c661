import { checkCode, describeFunction, notSupportedYet } from '#resources'
import type { Handler } from '../context.ts'
import { changeFunction, expectFree, publishOrRepeat } from './change-function.ts'

export const publishVersion: Handler<'PublishVersion'> = async (input, context) => {
  if (input.PublishTo !== undefined) throw notSupportedYet('PublishTo')
  const { version } = await changeFunction(context, async (current) => {
    checkCode(expectFree(context, current, input.RevisionId), input.CodeSha256)
    const { latest, published, isNew } = await publishOrRepeat(context, current, input.Description)
    return isNew ? { latest, published, version: published } : { version: published }
  })
  return describeFunction(context.place, version, version.version)
}
