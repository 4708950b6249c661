import { checkCode, describeFunction } from '#resources'
import type { Handler } from '../context.ts'
import { changeFunction, checkPublishTo, expectFree, publishOrRepeat } from './change-function.ts'

export const publishVersion: Handler<'PublishVersion'> = async (input, context) => {
  const { version } = await changeFunction(context, async (current) => {
    checkCode(expectFree(context, current, input.RevisionId), input.CodeSha256)
    checkPublishTo(current, input.PublishTo)
    const to = { to: input.PublishTo, description: input.Description }
    const { isNew, ...publication } = await publishOrRepeat(context, current, to)
    return { ...(isNew && publication), version: publication.published }
  })
  return describeFunction(context.place, version, version.version)
}
