import type { lambda } from '#model'
import { codeSigningConfigArn } from '#resources'
import { wholeFunction } from '../concurrency/whole-function.ts'
import type { Handler } from '../context.ts'
import { findFunction } from '../function/find-version.ts'

// AWS answers an empty object when there is none, although its model requires both members.
const NONE = {} as lambda.GetFunctionCodeSigningConfigResponse

export const getFunctionCodeSigningConfig: Handler<'GetFunctionCodeSigningConfig'> = async (
  _input,
  { store, place, address },
) => {
  const { account, functionName } = await findFunction(store, place, wholeFunction(address))
  const config = await store.codeSigning.findFor(account, functionName)
  if (!config) return NONE
  return { CodeSigningConfigArn: codeSigningConfigArn(place, account, config.id), FunctionName: functionName }
}
