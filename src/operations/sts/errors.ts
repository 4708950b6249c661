import { type Caller, type Denied, PolicyDenial } from '#auth'
import { ApiError, accessDeniedException, stsErrors, validationException } from '#model'

// STS's sentences, one maker for each situation.

export const rootAssumesNothing = () => accessDeniedException('Roles may not be assumed by root accounts.')

/** STS says who may not do what, and why only if a policy says so expressly. */
export const notAuthorized = (principal: Caller, action: string, resource: string, decision: Denied) =>
  accessDeniedException(
    `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource}` +
      (decision.kind === 'explicitly-denied' ? ` with an explicit deny in ${article(decision.by)} ${decision.by}` : ''),
    new PolicyDenial(decision, { principal, action, resource }),
  )

const article = (kind: string) => (kind.startsWith('i') ? 'an' : 'a')

export const invalidRoleArn = (arn: string) => validationException(`${arn} is invalid`)
export const durationTooLong = () =>
  validationException('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
export const chainedTooLong = () =>
  validationException(
    'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
  )
export const tooManyPolicies = (arns: readonly string[], limit: number) =>
  validationException(
    `1 validation error detected: Value '[${arns.join(', ')}]' at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to ${limit}`,
  )
export const policyTooLong = (document: string, limit: number) =>
  validationException(
    `1 validation error detected: Value '${document}' at 'policy' failed to satisfy constraint: Member must have length less than or equal to ${limit}`,
  )
export const policyNotUsable = (arn: string) =>
  validationException(`Policy ${arn} does not exist or is not attachable.`)

export const malformedPolicy = (message: string) => new stsErrors.MalformedPolicyDocumentException({ message })
export const packedTooLarge = (percent: number) =>
  new stsErrors.PackedPolicyTooLargeException({
    message: `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
  })

const invalidParameter = (message: string) => new ApiError('InvalidParameterValue', 400, { message })

export const duplicateTags = () =>
  invalidParameter('Duplicate tag keys found. Please note that Tag keys are case insensitive.')
export const tagConflict = () =>
  invalidParameter(
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
  )
export const missingTransitiveTag = () =>
  invalidParameter('The specified transitive tag key must be included in the requested tags.')

export const noSuchDevice = () =>
  accessDeniedException('MultiFactorAuthentication failed with invalid MFA one time pass code. ')
export const sessionCannotGetSession = () =>
  accessDeniedException('Cannot call GetSessionToken with session credentials')
export const notSupportedYet = (setting: string) => validationException(`${setting} is not supported by lambent yet.`)
