import { isDeepStrictEqual } from 'node:util'
import { newUuid } from '#base'
import { type FunctionVersion, LATEST_PUBLISHED } from './function.ts'
import { codeMismatch } from './function-errors.ts'
import { beginUpdate, CREATING, isSettled } from './function-state.ts'

/** What publishing changes: `$LATEST` counts on, and there is a version more, or one in the place of `replaced`. */
export interface Publication {
  readonly latest: FunctionVersion
  readonly published: FunctionVersion
  readonly replaced?: FunctionVersion
}

/**
 * An immutable copy of `$LATEST` under the next number. It shares the code package. What is not ready yet is published
 * Pending and becomes Active like a new function, and so is what has to start its environments first.
 */
export function publish(latest: FunctionVersion, description = latest.configuration.description): Publication {
  const { lastVersion = 0 } = latest
  const number = lastVersion + 1
  return {
    latest: { ...latest, revisionId: newUuid(), lastVersion: number },
    published: {
      ...copyable(latest),
      version: String(number),
      configuration: { ...latest.configuration, description },
      publishedDescription: latest.configuration.description,
      revisionId: newUuid(),
      deploymentId: newUuid(),
      ...(isSettled(latest) && !latest.configuration.capacity
        ? { state: 'Active', lastUpdateStatus: 'Successful' }
        : { state: 'Pending', stateReason: CREATING }),
    },
  }
}

/**
 * The same without a number. What `$LATEST.PUBLISHED` is already it stays, as if it were updated: it goes on serving
 * until the new one is ready.
 */
export function publishUnnumbered(
  latest: FunctionVersion,
  replaced: FunctionVersion | undefined,
  nowMs: number,
  description = latest.configuration.description,
): Publication {
  const publishedDescription = latest.configuration.description
  const configuration = { ...latest.configuration, description }
  const first: FunctionVersion = {
    ...copyable(latest),
    version: LATEST_PUBLISHED,
    configuration,
    publishedDescription,
    revisionId: newUuid(),
    deploymentId: newUuid(),
    state: 'Pending',
    stateReason: CREATING,
  }
  return {
    latest: { ...latest, revisionId: newUuid(), lastVersion: latest.lastVersion ?? 0 },
    published: replaced
      ? { ...beginUpdate(replaced, { configuration, code: latest.code }, nowMs), publishedDescription }
      : first,
    ...(replaced && { replaced }),
  }
}

/** Tags, the policy and the count of versions belong to the function; a version begins with a state of its own. */
function copyable(latest: FunctionVersion): FunctionVersion {
  const { tags, policy, lastVersion, replaced, stateReason, lastUpdateStatus, lastUpdateReason, ...copied } = latest
  return copied
}

/** Whether publishing would only repeat `version`. Its own description does not count: publishing may override it. */
export function isUnchangedSince(version: FunctionVersion, latest: FunctionVersion): boolean {
  const description = version.publishedDescription ?? version.configuration.description
  return (
    version.code.sha256 === latest.code.sha256 &&
    isDeepStrictEqual({ ...version.configuration, description }, latest.configuration)
  )
}

/** AWS's precondition of a publication by the hash of the code. */
export function checkCode(latest: FunctionVersion, expectedSha256: string | undefined): void {
  if (expectedSha256 !== undefined && expectedSha256 !== latest.code.sha256)
    throw codeMismatch(expectedSha256, latest.code.sha256)
}
