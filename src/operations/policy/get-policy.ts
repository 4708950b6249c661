import { resourceNotFound } from '#resources'
import type { Handler, RequestContext } from '../context.ts'
import { findFunctionHolder } from './policy-holder.ts'

export const getPolicy: Handler<'GetPolicy'> = (_input, context) => readPolicy(context)

/** AWS does not say what is missing: the policy, the version, or the function. */
export async function readPolicy({ store, address }: RequestContext) {
  const { policy, revisionId } = (await findFunctionHolder(store, address)) ?? {}
  if (!policy) throw resourceNotFound()
  return { Policy: policy.document, RevisionId: revisionId }
}
