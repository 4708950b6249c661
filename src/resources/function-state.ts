import { newUuid } from '#base'
import type { CodePackage, FunctionConfiguration, FunctionState, FunctionVersion, Reason } from './function.ts'
import { LATEST } from './function.ts'
import { isManagedLatest } from './managed-instances.ts'

export const CREATING: Reason = { code: 'Creating', text: 'The function is being created.' }

/** A function as CreateFunction stores it: Pending until its package and runtime are ready. */
export function newFunction(of: {
  readonly account: string
  readonly functionName: string
  readonly configuration: FunctionConfiguration
  readonly code: CodePackage
  readonly tags?: Readonly<Record<string, string>>
  readonly nowMs: number
}): FunctionVersion {
  const { nowMs, ...rest } = of
  return {
    ...rest,
    version: LATEST,
    functionId: newUuid(),
    deploymentId: newUuid(),
    revisionId: newUuid(),
    lastModifiedMs: nowMs,
    state: 'Pending',
    stateReason: CREATING,
  }
}

/** Every update, also one that changes nothing, goes through InProgress. */
export function beginUpdate(
  current: FunctionVersion,
  change: { configuration?: FunctionConfiguration; code?: CodePackage },
  nowMs: number,
): FunctionVersion {
  const { configuration, code, deploymentId } = served(current)
  return {
    ...current,
    ...change,
    replaced: { configuration, code, deploymentId },
    deploymentId: newUuid(),
    revisionId: newUuid(),
    lastModifiedMs: nowMs,
    lastUpdateStatus: 'InProgress',
    lastUpdateReason: CREATING,
  }
}

/** The end of a creation or an update: Active and Successful, under a new revision. */
export function settle(current: FunctionVersion): FunctionVersion {
  const { stateReason: _, lastUpdateReason: __, replaced: ___, ...rest } = current
  return { ...rest, state: settledState(current), lastUpdateStatus: 'Successful', revisionId: newUuid() }
}

/** Of a version that is ready: on managed instances not all that are ready may run. */
export function settledState(version: FunctionVersion): FunctionState {
  if (isManagedLatest(version)) return 'ActiveNonInvocable'
  return version.scaling?.most === 0 ? 'Deactivated' : 'Active'
}

/** The other end. A function whose creation fails is of no use; one whose update fails goes on with what it had. */
export function failToSettle(current: FunctionVersion, reason: Reason): FunctionVersion {
  const revisionId = newUuid()
  if (current.lastUpdateStatus === 'InProgress')
    return { ...current, lastUpdateStatus: 'Failed', lastUpdateReason: reason, revisionId }
  return { ...current, state: 'Failed', stateReason: reason, revisionId }
}

/** A creation or an update has neither ended well nor failed. */
export const isUnderWay = (version: FunctionVersion): boolean =>
  version.state === 'Pending' || version.lastUpdateStatus === 'InProgress'

/** The version as invocations find it: while an update is in progress, or after it failed, with what it replaces. */
export const served = (version: FunctionVersion): FunctionVersion =>
  version.replaced ? { ...version, ...version.replaced } : version

export const isSettled = (version: FunctionVersion): boolean =>
  version.state === settledState(version) && version.lastUpdateStatus === 'Successful'
