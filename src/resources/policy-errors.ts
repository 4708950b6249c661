import { PolicyLengthExceededException, ResourceConflictException, ResourceNotFoundException } from '#model'
import { invalidParameter } from './function-errors.ts'

// AWS's sentences about resource-based policies, one maker for each situation.

const notFound = (Message: string) => new ResourceNotFoundException({ Type: 'User', Message })

/** Reading a policy that is not there, for whatever reason. */
export const resourceNotFound = () => notFound('The resource you requested does not exist.')

/** Changing one. */
export const noPolicy = () => notFound('No policy is associated with the given resource.')
export const noPolicyFor = (arn: string) => notFound(`No policy found for: ${arn}`)
export const noSuchStatement = (sid: string) => notFound(`Statement ${sid} is not found in resource policy.`)

export const statementExists = (sid: string) =>
  new ResourceConflictException({
    Type: 'User',
    message: `The statement id (${sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
  })

export const noPolicyForLatest = () => invalidParameter('We currently do not support adding policies for $LATEST.')

export const invalidPrincipal = () =>
  invalidParameter('The provided principal was invalid. Please check the principal and try again.')

/** A document that is no policy, in the words of its reader. */
export const malformedPolicy = (problem: string) => invalidParameter(`The policy is not valid: ${problem}`)

export const policyTooLong = (bytes: number, limit: number) =>
  new PolicyLengthExceededException({
    Type: 'User',
    message: `The final policy size (${bytes}) is bigger than the limit (${limit}).`,
  })
