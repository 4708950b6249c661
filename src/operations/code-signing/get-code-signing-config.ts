import { describeCodeSigningConfig } from '#resources'
import type { Handler } from '../context.ts'
import { findConfig } from './find-config.ts'

export const getCodeSigningConfig: Handler<'GetCodeSigningConfig'> = async (input, context) => ({
  CodeSigningConfig: describeCodeSigningConfig(context.place, await findConfig(context, input.CodeSigningConfigArn)),
})
