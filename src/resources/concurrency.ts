import { InvalidParameterValueException, TooManyRequestsException } from '#model'

/** AWS's default of an account: so many invocations at the same time. */
export const ACCOUNT_CONCURRENCY = 1000

// AWS keeps so much for the functions that reserve nothing.
export const MINIMUM_UNRESERVED = 100

/** What all functions of an account may reserve together. */
export const MAXIMUM_RESERVED = ACCOUNT_CONCURRENCY - MINIMUM_UNRESERVED

/** AWS leaves the Type out here. */
export const tooMuchReserved = () =>
  new InvalidParameterValueException({
    message: `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${MINIMUM_UNRESERVED}].`,
  })

export type ThrottleReason =
  /** The account's unreserved concurrency is used up. */
  | 'ConcurrentInvocationLimitExceeded'
  /** What the function has reserved is used up. */
  | 'ReservedFunctionConcurrentInvocationLimitExceeded'

export const throttled = (Reason: ThrottleReason) =>
  new TooManyRequestsException({ Reason, Type: 'User', message: 'Rate Exceeded.' })
