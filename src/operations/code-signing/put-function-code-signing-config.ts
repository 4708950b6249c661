import { functionNotFound, noSuchCodeSigningConfig } from '#resources'
import { wholeFunction } from '../concurrency/whole-function.ts'
import type { Handler } from '../context.ts'
import { findConfigToUse } from './find-config.ts'

export const putFunctionCodeSigningConfig: Handler<'PutFunctionCodeSigningConfig'> = async (input, context) => {
  const { store, place, address } = context
  const arn = input.CodeSigningConfigArn
  const { account, functionName } = wholeFunction(address)
  // AWS looks for the configuration before the function.
  const { id } = await findConfigToUse(context, arn)
  const outcome = await store.codeSigning.assign(account, functionName, id)
  if (outcome === 'no-function') throw functionNotFound(place, { account, functionName })
  if (outcome === 'no-config') throw noSuchCodeSigningConfig(arn)
  return { CodeSigningConfigArn: arn, FunctionName: functionName }
}
