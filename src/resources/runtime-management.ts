import type { lambda } from '#model'
import type { FunctionVersion } from './function.ts'
import { invalidParameter } from './function-errors.ts'
import { type FunctionAddress, functionArn, type Place } from './function-name.ts'
import type { FunctionSetting } from './function-setting.ts'
import { runtimeVersionArn } from './runtimes.ts'

/** When a version takes a newer build of its runtime. The host has one build of each, so all answers mean that one. */
export interface RuntimeManagement extends FunctionSetting {
  readonly updateRuntimeOn: string
  /** Only with `Manual`. */
  readonly runtimeVersionArn?: string
}

/** Refuses a build that this host cannot keep to. */
export function runtimeManagementOf(
  place: Place,
  { account, functionName, version, configuration }: FunctionVersion,
  { UpdateRuntimeOn: updateRuntimeOn, RuntimeVersionArn: arn }: lambda.PutRuntimeManagementConfigRequest,
): RuntimeManagement {
  const isManual = updateRuntimeOn === 'Manual'
  if (isManual && arn === undefined)
    throw invalidParameter('RuntimeVersionArn is required when UpdateRuntimeOn is set to Manual.')
  if (!isManual && arn !== undefined)
    throw invalidParameter(`RuntimeVersionArn is not supported when UpdateRuntimeOn is set to ${updateRuntimeOn}.`)
  const { runtime } = configuration
  if (runtime === undefined)
    throw invalidParameter('Runtime management is for runtimes of Lambda: a container image brings its own.')
  if (arn !== undefined && arn !== runtimeVersionArn(place.partition, place.region, runtime))
    throw invalidParameter(`Runtime version ${arn} does not exist or is not one of ${runtime}.`)
  return {
    account,
    functionName,
    qualifier: version,
    updateRuntimeOn,
    ...(arn !== undefined && { runtimeVersionArn: arn }),
  }
}

/** The ARN is that of the function or of what the request addresses. */
export function describeRuntimeManagement(
  place: Place,
  address: FunctionAddress,
  setting: RuntimeManagement | undefined,
): lambda.PutRuntimeManagementConfigResponse {
  return {
    UpdateRuntimeOn: setting?.updateRuntimeOn ?? 'Auto',
    FunctionArn: functionArn(place, address),
    RuntimeVersionArn: setting?.runtimeVersionArn,
  }
}
