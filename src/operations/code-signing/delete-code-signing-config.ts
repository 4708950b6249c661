import { codeSigningConfigInUse, codeSigningConfigNotFound } from '#resources'
import type { Handler } from '../context.ts'
import { findConfig } from './find-config.ts'

export const deleteCodeSigningConfig: Handler<'DeleteCodeSigningConfig'> = async (input, context) => {
  const arn = input.CodeSigningConfigArn
  const { account, id } = await findConfig(context, arn)
  const outcome = await context.store.codeSigning.delete(account, id)
  if (outcome === 'in-use') throw codeSigningConfigInUse(arn)
  if (outcome === 'missing') throw codeSigningConfigNotFound(arn)
  return {}
}
