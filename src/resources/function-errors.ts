import {
  EFSMountFailureException,
  InvalidParameterValueException,
  PreconditionFailedException,
  ResourceConflictException,
  ResourceNotFoundException,
  requestEntityTooLarge,
} from '#model'
import { type FunctionAddress, functionArn, type Place, qualifiedArn } from './function-name.ts'

// AWS's sentences, one maker for each situation.

export const invalidParameter = (message: string) => new InvalidParameterValueException({ Type: 'User', message })

const notFound = (Message: string) => new ResourceNotFoundException({ Type: 'User', Message })

/** Control plane: the qualifier appears only when the request had one. */
export const functionNotFound = (place: Place, address: FunctionAddress) =>
  notFound(`Function not found: ${functionArn(place, address)}`)

/** Invoke always names a version. */
export const invokedFunctionNotFound = (place: Place, address: FunctionAddress) =>
  notFound(`Function not found: ${qualifiedArn(place, address)}`)

export const wrongRegion = (asked: string, here: string) =>
  notFound(`Functions from '${asked}' are not reachable in this region ('${here}')`)

export const qualifierMismatch = () =>
  invalidParameter('The derived qualifier from the function name does not match the specified qualifier.')

export const functionExists = (name: string) =>
  new ResourceConflictException({ Type: 'User', message: `Function already exist: ${name}` })

export const updateInProgress = (arn: string) =>
  new ResourceConflictException({
    Type: 'User',
    message: `The operation cannot be performed at this time. An update is in progress for resource: ${arn}`,
  })

export const revisionMismatch = (call = 'GetFunction/GetAlias') =>
  new PreconditionFailedException({
    Type: 'User',
    message: `The Revision Id provided does not match the latest Revision Id. Call the ${call} API to retrieve the latest Revision Id`,
  })

export const codeMismatch = (given: string, current: string) =>
  invalidParameter(
    `CodeSHA256 (${given}) is different from current CodeSHA256 in $LATEST (${current}). Please try again with the CodeSHA256 in $LATEST.`,
  )

export const onlyFunctions = () =>
  invalidParameter(
    'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
  )

export const notAZip = () =>
  invalidParameter('Could not unzip uploaded file. Please check your file, then try to upload again.')
export const unzippedTooLarge = () => invalidParameter('Unzipped size must be smaller than 262144000 bytes')
export const zippedTooLarge = () => requestEntityTooLarge('Zipped size must be smaller than 52428800 bytes')

export const roleNotAssumable = () => invalidParameter('The role defined for the function cannot be assumed by Lambda.')

export const fileSystemNotHere = (arn: string) =>
  invalidParameter(
    `No directory of this host stands for the access point ${arn}. Start lambent with --file-system ${arn}=<directory>.`,
  )

/** When a function runs whose directory was there once. */
export const fileSystemNotMounted = (arn: string) =>
  new EFSMountFailureException({
    Type: 'User',
    Message: `The function could not mount the file system with access point ${arn}: no directory of this host stands for it.`,
  })

/** A setting of AWS's that would be stored and then do nothing is refused instead. */
export const notSupportedYet = (setting: string) => invalidParameter(`${setting} is not supported by lambent yet.`)
