import { logsErrors, validationException } from '#model'
import { InvalidCursor } from '#store'

// CloudWatch Logs' sentences, one maker for each situation.

const notFound = (message: string) => new logsErrors.ResourceNotFoundException({ message })

export const logGroupNotFound = () => notFound('The specified log group does not exist.')
export const logStreamNotFound = () => notFound('The specified log stream does not exist.')

export const invalidParameter = (message: string) => new logsErrors.InvalidParameterException({ message })

export const nameAndIdentifier = () =>
  validationException('LogGroup name and LogGroup ARN are mutually exclusive parameters.')
export const noLogGroup = () => validationException('Either LogGroup name or LogGroup ARN must be specified.')

/** `reason` for what CloudWatch understands and lambent does not. */
export const invalidFilterPattern = (reason?: string) =>
  invalidParameter(reason === undefined ? 'Invalid filter pattern' : `Invalid filter pattern: ${reason}`)

export function refuseBadToken(error: unknown): never {
  throw error instanceof InvalidCursor ? invalidParameter('The specified nextToken is invalid.') : error
}
