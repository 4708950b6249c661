import { cannotFindAlias, functionArn, functionNotFound, isAliasName, LATEST, noPolicyForLatest } from '#resources'
import type { RequestContext } from '../context.ts'
import { findFunctionHolder, type PolicyHolder } from './policy-holder.ts'

/** What the request addresses, for those who change its policy. `noFunction` is said when the whole function is missing. */
export async function expectFunctionHolder(
  { store, place, address }: RequestContext,
  noFunction: (arn: string) => Error,
): Promise<PolicyHolder> {
  const { account, functionName, qualifier } = address
  if (qualifier === LATEST) throw noPolicyForLatest()
  const holder = await findFunctionHolder(store, address)
  if (holder) return holder
  const latest = await store.functions.find(account, functionName, LATEST)
  if (!latest || qualifier === undefined) throw noFunction(functionArn(place, { account, functionName }))
  throw isAliasName(qualifier) ? cannotFindAlias(functionArn(place, address)) : functionNotFound(place, address)
}
