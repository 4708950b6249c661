import { InvalidParameterValueException, ResourceConflictException, ResourceNotFoundException } from '#model'
import { invalidParameter } from './function-errors.ts'

// AWS's sentences about aliases, one maker for each situation. ARNs are those of the alias.

export const aliasExists = (arn: string) =>
  new ResourceConflictException({ Type: 'User', message: `Alias already exists: ${arn}` })

/** Reading. */
export const cannotFindAlias = (arn: string) =>
  new ResourceNotFoundException({ Type: 'User', Message: `Cannot find alias arn: ${arn}` })

/** Changing. */
export const aliasNotFound = (arn: string) =>
  new ResourceNotFoundException({ Type: 'User', Message: `Alias not found: ${arn}` })

export const tooManyWeights = (limit: number) =>
  invalidParameter(`Number of items in AdditionalVersionWeights cannot be greater than ${limit}`)

export const versionAlreadyRouted = (version: string) =>
  invalidParameter(
    `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
  )

/** AWS leaves the Type out here. */
export const latestCannotShare = () =>
  new InvalidParameterValueException({
    message: '$LATEST is not supported for an alias pointing to more than 1 version',
  })

export const versionHasAliases = (names: readonly string[]) =>
  new ResourceConflictException({
    Type: 'User',
    message: `Unable to delete version because the following aliases reference it: [${names.join(', ')}]`,
  })
