import { ResourceNotFoundException } from '#model'
import { invalidParameter } from './function-errors.ts'

// AWS's sentences about event invoke configs, one maker for each situation.

/** Putting, updating and listing: also when only the version or alias is missing. */
export const noFunctionForEvents = () =>
  new ResourceNotFoundException({ Type: 'User', Message: "The function doesn't exist." })

/** The ARN is qualified in any case. */
export const noEventInvokeConfig = (arn: string) =>
  new ResourceNotFoundException({ Type: 'User', Message: `The function ${arn} doesn't have an EventInvokeConfig` })

export const nothingConfigured = () =>
  invalidParameter('You must specify at least one of error handling or destination setting.')

export const unknownDestination = (arn: string) => invalidParameter(`The destination ARN ${arn} is invalid.`)

export const selfDestination = () => invalidParameter("You can't specify the function as a destination for itself.")

export const invalidDestinations = (onSuccess: string | undefined, onFailure: string | undefined) =>
  invalidParameter(
    `The provided destination config DestinationConfig(onSuccess=${printed('OnSuccess', onSuccess)}, onFailure=${printed('OnFailure', onFailure)}) is invalid.`,
  )

const printed = (name: string, arn: string | undefined) => (arn === undefined ? 'null' : `${name}(destination=${arn})`)
