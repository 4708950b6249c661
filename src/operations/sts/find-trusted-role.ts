import { type Caller, compilePolicy } from '#auth'
import type { sts } from '#model'
import { type Role, roleArn, roleNameIn } from '#resources'
import { invalidRoleArn, notAuthorized } from './errors.ts'
import type { StsContext } from './handler.ts'

const ROLE_ARN = /^arn:[^:]+:iam::(\d{12}):role\/.+$/
// In the place of the trust policy of a role that is not there, so that nobody learns which roles are.
const TRUSTS_NOBODY = '{"Version":"2012-10-17","Statement":[]}'

export const accountOf = (arn: string): string => ROLE_ARN.exec(arn)?.[1] ?? ''

/** The role of this ARN, if its trust policy and the caller's own policies let the caller assume it like this. */
export async function findTrustedRole(context: StsContext, input: sts.AssumeRoleRequest): Promise<Role> {
  const { caller, decide, place, store } = context
  if (!ROLE_ARN.test(input.RoleArn)) throw invalidRoleArn(input.RoleArn)
  const named = await store.identities.roles.find(accountOf(input.RoleArn), roleNameIn(input.RoleArn))
  const role = named && roleArn(place.partition, named) === input.RoleArn ? named : undefined
  const trust = compilePolicy(role?.trustPolicy ?? TRUSTS_NOBODY, 'trust')
  const sourceIdentity = sourceIdentityOf(caller, input)
  for (const action of actionsOf(input, sourceIdentity)) {
    const decision = decide(action, input.RoleArn, keysOf(input, sourceIdentity, role), trust)
    if (decision.kind !== 'allowed') throw notAuthorized(caller, action, input.RoleArn, decision)
  }
  if (!role) throw notAuthorized(caller, 'sts:AssumeRole', input.RoleArn, ABSENT)
  return role
}

/** That of the caller's session stays for all that follow; nobody gets rid of it by naming another. */
export function sourceIdentityOf(caller: Caller, { RoleArn, SourceIdentity }: sts.AssumeRoleRequest) {
  const kept = caller.sourceIdentity
  if (kept !== undefined && SourceIdentity !== undefined && SourceIdentity !== kept)
    throw notAuthorized(caller, 'sts:SetSourceIdentity', RoleArn, ABSENT)
  return kept ?? SourceIdentity
}

const ABSENT = { kind: 'implicitly-denied', by: 'resource-based policy' } as const

function actionsOf({ Tags = [] }: sts.AssumeRoleRequest, sourceIdentity: string | undefined): readonly string[] {
  return [
    'sts:AssumeRole',
    ...(Tags.length > 0 ? ['sts:TagSession'] : []),
    ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ]
}

function keysOf(input: sts.AssumeRoleRequest, sourceIdentity: string | undefined, role: Role | undefined) {
  const tags = Object.entries(role?.tags ?? {}).flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, value],
    [`iam:ResourceTag/${key}`, value],
  ])
  return {
    ...Object.fromEntries(tags),
    'sts:RoleSessionName': input.RoleSessionName,
    ...(input.ExternalId !== undefined && { 'sts:ExternalId': input.ExternalId }),
    ...(sourceIdentity !== undefined && { 'sts:SourceIdentity': sourceIdentity }),
    ...(input.TransitiveTagKeys && { 'sts:TransitiveTagKeys': input.TransitiveTagKeys }),
  }
}
