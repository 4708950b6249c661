import { describeCodeSigningConfig, updateCodeSigningConfig as updateOf } from '#resources'
import type { Handler } from '../context.ts'
import { changeConfig } from './change-config.ts'

export const updateCodeSigningConfig: Handler<'UpdateCodeSigningConfig'> = async (input, context) => {
  const changed = await changeConfig(context, input.CodeSigningConfigArn, (current) =>
    updateOf(current, input, context.clock.now()),
  )
  return { CodeSigningConfig: describeCodeSigningConfig(context.place, changed) }
}
