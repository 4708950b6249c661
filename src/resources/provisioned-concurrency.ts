import {
  InvalidParameterValueException,
  type lambda,
  ProvisionedConcurrencyConfigNotFoundException,
  ResourceConflictException,
} from '#model'
import { MINIMUM_UNRESERVED } from './concurrency.ts'
import { invalidParameter } from './function-errors.ts'
import type { FunctionSetting } from './function-setting.ts'
import { lambdaTime } from './time.ts'

/** So many environments of a version, or of what an alias points to, are kept initialized. */
export interface ProvisionedConcurrency extends FunctionSetting {
  readonly executions: number
  readonly lastModifiedMs: number
}

/** How far the host has come with it. */
export interface Allocation {
  readonly status: 'IN_PROGRESS' | 'READY' | 'FAILED'
  readonly allocated: number
}

export const NOTHING_ALLOCATED: Allocation = { status: 'IN_PROGRESS', allocated: 0 }

export function describeProvisionedConcurrency(
  { executions, lastModifiedMs }: ProvisionedConcurrency,
  { status, allocated }: Allocation,
): lambda.GetProvisionedConcurrencyConfigResponse {
  return {
    RequestedProvisionedConcurrentExecutions: executions,
    AvailableProvisionedConcurrentExecutions: allocated,
    AllocatedProvisionedConcurrentExecutions: allocated,
    Status: status,
    ...(status === 'FAILED' && { StatusReason: 'FUNCTION_ERROR_INIT_FAILURE' }),
    LastModified: lambdaTime(lastModifiedMs),
  }
}

// AWS's sentences, one maker for each situation.

export const noProvisionedConcurrency = () =>
  new ProvisionedConcurrencyConfigNotFoundException({
    Type: 'User',
    message: 'No Provisioned Concurrency Config found for this function',
  })

export const onlyAliasesAndVersions = () =>
  invalidParameter('The function resource provided must be an alias or a published version.')

export const onlyPublishedVersions = () =>
  invalidParameter('Provisioned Concurrency Configs cannot be applied to unpublished function versions.')

export const versionIsProvisioned = () =>
  new ResourceConflictException({
    Type: 'User',
    message: "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
  })

export const aliasIsProvisioned = () =>
  new ResourceConflictException({ Type: 'User', message: 'Version is pointed by a Provisioned Concurrency alias' })

export const moreThanReserved = () =>
  invalidParameter(
    'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
  )

/** AWS leaves the Type out here. The words depend on whether it would take everything, or only too much. */
export const moreThanUnreserved = (executions: number, unreserved: number) =>
  new InvalidParameterValueException({
    message:
      executions > unreserved
        ? `Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [${unreserved}].`
        : `Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${MINIMUM_UNRESERVED}].`,
  })

/** The blanks are AWS's; the Type is left out here too. */
export const lessThanProvisioned = (executions: number, provisioned: number) =>
  new InvalidParameterValueException({
    message: ` ReservedConcurrentExecutions  ${executions} should not be lower than function's total provisioned concurrency [${provisioned}].`,
  })
