import type { sts } from '#model'
import { describeCredentials } from './describe-credentials.ts'
import { chainedTooLong, durationTooLong, noSuchDevice, notSupportedYet, rootAssumesNothing } from './errors.ts'
import { accountOf, findTrustedRole, sourceIdentityOf } from './find-trusted-role.ts'
import type { StsContext, StsHandler } from './handler.ts'
import { packedPercent } from './packed-size.ts'
import { sessionPolicies } from './session-policies.ts'
import { sessionTags } from './session-tags.ts'

const DEFAULT_SECONDS = 3600
// AWS's limit for a role that is assumed from a session of another.
const CHAINED_SECONDS = 3600

export const assumeRole: StsHandler<'AssumeRole'> = async (input, context) => {
  const { caller, place, sessions } = context
  refuseUnsupported(input)
  if (caller.kind === 'root' && context.isEnforced) throw rootAssumesNothing()
  const role = await findTrustedRole(context, input)
  const seconds = durationOf(input, context, role.maxSessionSeconds)
  const policies = await sessionPolicies(context, role.account, input)
  const tags = sessionTags(caller, input)
  const size = packedPercent(policies, tags.tags)
  const sourceIdentity = sourceIdentityOf(caller, input)
  const actor = { kind: 'role', roleArn: input.RoleArn, roleId: role.id, sessionName: input.RoleSessionName } as const
  const session = sessions.issue({ account: role.account, actor, policies, ...tags, sourceIdentity }, seconds * 1000)
  return {
    Credentials: describeCredentials(session),
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${input.RoleSessionName}`,
      Arn: `arn:${place.partition}:sts::${accountOf(input.RoleArn)}:assumed-role/${role.name}/${input.RoleSessionName}`,
    },
    ...(size > 0 && { PackedPolicySize: size }),
    ...(sourceIdentity !== undefined && { SourceIdentity: sourceIdentity }),
  }
}

function durationOf({ DurationSeconds }: sts.AssumeRoleRequest, { caller }: StsContext, maximum: number): number {
  const seconds = DurationSeconds ?? DEFAULT_SECONDS
  if (seconds > maximum) throw durationTooLong()
  if (caller.kind === 'role-session' && seconds > CHAINED_SECONDS) throw chainedTooLong()
  return seconds
}

function refuseUnsupported({ SerialNumber, TokenCode, ProvidedContexts }: sts.AssumeRoleRequest): void {
  if (SerialNumber !== undefined || TokenCode !== undefined) throw noSuchDevice()
  if (ProvidedContexts !== undefined) throw notSupportedYet('ProvidedContexts')
}
