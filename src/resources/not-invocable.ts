import {
  type ApiError,
  InvalidParameterValueException,
  NoPublishedVersionException,
  ResourceConflictException,
} from '#model'
import type { FunctionVersion } from './function.ts'
import { isManagedLatest } from './managed-instances.ts'

/** Whether invocations may run the version. */
export const isInvocable = ({ state }: FunctionVersion): boolean => state === 'Active'

/** Why they may not. */
export function notInvocable(version: FunctionVersion): ApiError {
  if (isManagedLatest(version)) return version.lastVersion === undefined ? nothingPublished() : latestNotInvocable()
  return new ResourceConflictException({
    Type: 'User',
    message: `The operation cannot be performed at this time. The function is currently in the following state: ${version.state}`,
  })
}

const latestNotInvocable = () =>
  new InvalidParameterValueException({
    Type: 'User',
    message:
      "Functions configured with capacity provider configuration can't be invoked with $LATEST qualifier. To invoke this function, specify a published version qualifier or $LATEST.PUBLISHED.",
  })

const nothingPublished = () =>
  new NoPublishedVersionException({
    Type: 'User',
    Message:
      "The function can't be invoked because no published version exists. For functions with capacity provider configuration, either publish a version to $LATEST.PUBLISHED, or specify a published version qualifier.",
  })
