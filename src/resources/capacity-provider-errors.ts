import {
  CapacityProviderLimitExceededException,
  FunctionVersionsPerCapacityProviderLimitExceededException,
  ResourceConflictException,
  ResourceNotFoundException,
} from '#model'
import { invalidParameter } from './function-errors.ts'

// Sentences about capacity providers, one maker for each situation.

export const capacityProviderNotFound = (arn: string) =>
  new ResourceNotFoundException({ Type: 'User', Message: `Capacity provider not found: ${arn}` })

export const capacityProviderExists = (arn: string) =>
  new ResourceConflictException({ Type: 'User', message: `Capacity provider already exists: ${arn}` })

export const capacityProviderInUse = (arn: string) =>
  new ResourceConflictException({
    Type: 'User',
    message: `The capacity provider ${arn} cannot be deleted because function versions use it.`,
  })

export const tooManyCapacityProviders = (limit: number) =>
  new CapacityProviderLimitExceededException({
    Type: 'User',
    message: `The maximum number of capacity providers for this account has been reached: ${limit}.`,
  })

export const tooManyVersionsOfProvider = (arn: string, limit: number) =>
  new FunctionVersionsPerCapacityProviderLimitExceededException({
    Type: 'User',
    message: `The maximum number of function versions of the capacity provider ${arn} has been reached: ${limit}.`,
  })

export const providerElsewhere = (arn: string) =>
  invalidParameter(`The capacity provider ${arn} belongs to another account or region.`)

export const providerNameTooLong = (name: string, limit: number) =>
  invalidParameter(
    `1 validation error detected: Value '${name}' at 'capacityProviderName' failed to satisfy constraint: Member must have length less than or equal to ${limit}`,
  )

export const conflictingInstanceTypes = () =>
  invalidParameter('AllowedInstanceTypes and ExcludedInstanceTypes cannot be specified together.')

export const operatorRoleNotAssumable = () =>
  invalidParameter('The operator role defined for the capacity provider cannot be assumed by Lambda.')

/** Policies belong to the mode in which they are the user's own. */
export function checkScaling(mode: string, policies: readonly unknown[] | undefined): void {
  if (mode === 'Manual' && !policies) throw invalidParameter('ScalingPolicies are required when ScalingMode is Manual.')
  if (mode === 'Auto' && policies) throw invalidParameter('ScalingPolicies are not supported when ScalingMode is Auto.')
}
