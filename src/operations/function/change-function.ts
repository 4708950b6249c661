import type { lambda } from '#model'
import {
  beginUpdate,
  type CodePackage,
  describeFunction,
  type FunctionConfiguration,
  type FunctionVersion,
  functionArn,
  revisionMismatch,
  updateInProgress,
} from '#resources'
import type { RequestContext } from '../context.ts'
import { findChangeable } from './find-version.ts'

/** `$LATEST`, free for a change and at the revision that the caller expects. */
export async function findForChange(
  { store, place, address }: RequestContext,
  revisionId: string | undefined,
): Promise<FunctionVersion> {
  const current = await findChangeable(store, place, address)
  if (current.state === 'Pending' || current.lastUpdateStatus === 'InProgress')
    throw updateInProgress(functionArn(place, current))
  if (revisionId !== undefined && revisionId !== current.revisionId) throw revisionMismatch()
  return current
}

/** Stores the change if nobody else changed the function meanwhile, and lets it settle in the background. */
export async function commitChange(
  context: RequestContext,
  current: FunctionVersion,
  change: { readonly configuration?: FunctionConfiguration; readonly code?: CodePackage },
  expectsRevision: boolean,
): Promise<lambda.FunctionConfiguration> {
  const { store, place, clock, invocations } = context
  const updated = beginUpdate(current, change, clock.now())
  if (!(await store.functions.update(updated, current.revisionId))) {
    throw expectsRevision ? revisionMismatch() : updateInProgress(functionArn(place, current))
  }
  invocations.settle(updated)
  return describeFunction(place, updated)
}
