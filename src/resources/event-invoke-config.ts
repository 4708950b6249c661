import type { lambda } from '#model'
import { invalidDestinations } from './event-invoke-errors.ts'
import { functionArn, type Place } from './function-name.ts'
import type { FunctionSetting } from './function-setting.ts'
import { targetServiceOf } from './target.ts'

/** How the events of a function, a version or an alias are tried again, and where their records go. */
export interface EventInvokeConfig extends FunctionSetting {
  readonly maximumRetryAttempts?: number
  readonly maximumEventAgeSeconds?: number
  /** ARNs. */
  readonly onSuccess?: string
  readonly onFailure?: string
  readonly lastModifiedMs: number
}

type Input = Pick<
  lambda.PutFunctionEventInvokeConfigRequest,
  'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | 'DestinationConfig'
>

export const saysNothing = (input: Input) =>
  input.MaximumRetryAttempts === undefined &&
  input.MaximumEventAgeInSeconds === undefined &&
  input.DestinationConfig === undefined

/** The setting with what the input gives; the rest stays as it is. An empty destination takes one away. */
export function eventInvokeConfigOf(
  { lastModifiedMs: _, ...current }: FunctionSetting & Partial<EventInvokeConfig>,
  { MaximumRetryAttempts: attempts, MaximumEventAgeInSeconds: age, DestinationConfig: destinations }: Input,
  nowMs: number,
): EventInvokeConfig {
  const { onSuccess, onFailure, ...rest } = current
  const success = destinations?.OnSuccess === undefined ? onSuccess : destinations.OnSuccess.Destination
  const failure = destinations?.OnFailure === undefined ? onFailure : destinations.OnFailure.Destination
  return {
    ...rest,
    ...(attempts !== undefined && { maximumRetryAttempts: attempts }),
    ...(age !== undefined && { maximumEventAgeSeconds: age }),
    ...(success && { onSuccess: success }),
    ...(failure && { onFailure: failure }),
    lastModifiedMs: nowMs,
  }
}

/** S3 takes only the records of failures. Whether the functions among the destinations exist is for the caller to check. */
export function checkDestinationKinds({ onSuccess, onFailure }: EventInvokeConfig): void {
  const isTaken = (arn: string | undefined) => arn === undefined || targetServiceOf(arn) !== undefined
  const isBucket = onSuccess !== undefined && targetServiceOf(onSuccess) === 's3'
  if (!isTaken(onFailure) || !isTaken(onSuccess) || isBucket) throw invalidDestinations(onSuccess, onFailure)
}

/** The ARNs of the destinations. */
export const destinationsIn = ({ onSuccess, onFailure }: EventInvokeConfig): readonly string[] =>
  [onFailure, onSuccess].filter((arn) => arn !== undefined)

export function describeEventInvokeConfig(place: Place, config: EventInvokeConfig): lambda.FunctionEventInvokeConfig {
  const { maximumRetryAttempts, maximumEventAgeSeconds, onSuccess, onFailure, lastModifiedMs } = config
  return {
    LastModified: lastModifiedMs / 1000,
    FunctionArn: functionArn(place, config),
    MaximumRetryAttempts: maximumRetryAttempts,
    MaximumEventAgeInSeconds: maximumEventAgeSeconds,
    DestinationConfig: {
      OnSuccess: onSuccess === undefined ? {} : { Destination: onSuccess },
      OnFailure: onFailure === undefined ? {} : { Destination: onFailure },
    },
  }
}
