import { checkTags, codeSigningConfigArn, describeCodeSigningConfig, newCodeSigningConfig } from '#resources'
import type { Handler } from '../context.ts'

export const createCodeSigningConfig: Handler<'CreateCodeSigningConfig'> = async (input, context) => {
  const { store, place, caller, clock, authorize } = context
  const tags = checkTags(input.Tags)
  const config = newCodeSigningConfig(caller.account, input, tags, clock.now())
  if (tags) authorize('lambda:TagResource', codeSigningConfigArn(place, caller.account, config.id))
  await store.codeSigning.create(config)
  return { CodeSigningConfig: describeCodeSigningConfig(place, config) }
}
