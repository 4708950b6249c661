import { ResourceConflictException, ResourceNotFoundException } from '#model'

// AWS's sentences about function URLs, one maker for each situation.

/** Creating, updating and listing: also when only the alias is missing. */
export const noFunctionForUrl = () =>
  new ResourceNotFoundException({ Type: 'User', Message: 'Function does not exist' })

export const noFunctionUrl = () =>
  new ResourceNotFoundException({ Type: 'User', Message: 'The resource you requested does not exist.' })

export const functionUrlExists = (arn: string) =>
  new ResourceConflictException({
    Type: 'User',
    message: `Failed to create function url config for [functionArn = ${arn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
  })
