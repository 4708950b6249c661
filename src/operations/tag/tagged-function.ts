import { functionArn, onlyFunctionsHaveTags, parseFunctionName, taggedResourceNotFound } from '#resources'
import type { RequestContext } from '../context.ts'
import { addressOf } from '../function/address.ts'

/** The request as one about the function that `Resource` is the ARN of. */
export function aboutTaggedFunction(context: RequestContext, resource: string): RequestContext {
  const kind = resource.split(':')[5] ?? ''
  if (kind !== 'function') throw taggedResourceNotFound(kind, resource)
  if (parseFunctionName(resource).qualifier !== undefined) throw onlyFunctionsHaveTags()
  const address = addressOf(context.place, context.caller.account, { FunctionName: resource })
  // Policies were asked about this very text, so it must be the function's own ARN.
  if (functionArn(context.place, address) !== resource) throw taggedResourceNotFound(kind, resource)
  return { ...context, address }
}
