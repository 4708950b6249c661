import { type ApiError, requestEntityTooLarge } from '#model'

/** AWS's limits of an event, both inclusive; DryRun is held to that of a synchronous invocation. */
export function payloadLimitBytes(invocationType: string): number {
  return invocationType === 'Event' ? 1_048_576 : 6_291_456
}

export const payloadTooLarge = (bytes: number, invocationType: string): ApiError =>
  requestEntityTooLarge(
    `${bytes} byte payload is too large for the ${invocationType} invocation type (limit ${payloadLimitBytes(invocationType)} bytes)`,
  )
