import {
  type FunctionVersion,
  functionArn,
  isUnchangedSince,
  isUnderWay,
  LATEST,
  LATEST_PUBLISHED,
  onlyForManaged,
  onlyFunctions,
  type Publication,
  publish,
  publishUnnumbered,
  revisionMismatch,
  updateInProgress,
} from '#resources'
import type { RequestContext } from '../context.ts'
import { refuseUnstorable } from './code-package.ts'
import { findFunction } from './find-version.ts'

/** What an operation makes of `$LATEST`: a change of it, or none, and the version that is published with it. */
export interface Change {
  readonly latest?: FunctionVersion
  readonly published?: FunctionVersion
  /** What the published version takes the place of. */
  readonly replaced?: FunctionVersion
}

// Each lost round is the win of another writer, so even a crowd is through long before.
const MAX_ROUNDS = 1_000

/**
 * Stores in one commit what `decide` makes of `$LATEST`, and lets it settle in the background. When another writer
 * comes first, `decide` is asked again about what that one wrote.
 */
export async function changeFunction<Decided extends Change>(
  context: RequestContext,
  decide: (current: FunctionVersion) => Decided | Promise<Decided>,
): Promise<Decided> {
  const { place, invocations } = context
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const current = await findChangeable(context)
    const change = await decide(current)
    if (!change.latest) return change
    if (!(await write(context, current, change.latest, change))) continue
    for (const version of [change.latest, change.published])
      if (version && isUnderWay(version)) invocations.settle(version)
    return change
  }
  throw updateInProgress(functionArn(place, context.address))
}

/** False when another writer came first. */
function write(
  { store }: RequestContext,
  current: FunctionVersion,
  latest: FunctionVersion,
  { published, replaced }: Change,
): Promise<boolean> {
  const addsCode = published !== undefined || latest.code.size > current.code.size
  return store.functions
    .update(latest, current.revisionId, published, addsCode, replaced?.revisionId)
    .catch(refuseUnstorable)
}

/** `$LATEST`, for the operations that change it: they take no version and no alias. */
export function findChangeable({ store, place, address }: RequestContext): Promise<FunctionVersion> {
  if (address.qualifier !== undefined && address.qualifier !== LATEST) throw onlyFunctions()
  return findFunction(store, place, address)
}

/** Refuses while an update is in progress, and when the caller expects another revision. */
export function expectFree(
  { place }: RequestContext,
  current: FunctionVersion,
  revisionId: string | undefined,
): FunctionVersion {
  if (isUnderWay(current)) throw updateInProgress(functionArn(place, current))
  if (revisionId !== undefined && revisionId !== current.revisionId) throw revisionMismatch()
  return current
}

/** A version of `latest`, or the last one again when there is nothing new in it; then `latest` stays as it is. */
export async function publishOrRepeat(
  context: RequestContext,
  latest: FunctionVersion,
  { to, description }: { readonly to?: string | undefined; readonly description?: string | undefined } = {},
): Promise<Publication & { readonly isNew: boolean }> {
  const { store, place, clock } = context
  const { account, functionName, lastVersion } = latest
  // No version has the number 0.
  const qualifier = to === undefined ? String(lastVersion ?? 0) : LATEST_PUBLISHED
  const last = await store.functions.find(account, functionName, qualifier)
  if (last && isUnchangedSince(last, latest)) return { latest, published: last, isNew: false }
  if (to === undefined) return { ...publish(latest, description), isNew: true }
  if (last && isUnderWay(last)) throw updateInProgress(functionArn(place, { account, functionName, qualifier }))
  return { ...publishUnnumbered(latest, last, clock.now(), description), isNew: true }
}

/** Only functions on managed instances have a version without a number. */
export function checkPublishTo(
  { configuration }: Pick<FunctionVersion, 'configuration'>,
  to: string | undefined,
): void {
  if (to !== undefined && !configuration.capacity) throw onlyForManaged('PublishTo')
}
