import { functionArn } from '#resources'
import type { Handler } from '../context.ts'
import { nextMarker, pageOptions, refuseBadMarker } from '../page.ts'
import { findConfig } from './find-config.ts'

export const listFunctionsByCodeSigningConfig: Handler<'ListFunctionsByCodeSigningConfig'> = async (input, context) => {
  const { account, id } = await findConfig(context, input.CodeSigningConfigArn)
  const page = await context.store.codeSigning.listFunctions(account, id, pageOptions(input)).catch(refuseBadMarker)
  return {
    FunctionArns: page.items.map((functionName) => functionArn(context.place, { account, functionName })),
    ...nextMarker(page),
  }
}
