import { checkAttachable } from '../attached-policies.ts'
import { describeNewRole } from '../describe.ts'
import { policyNotAttachable, principalExists, quotaExceeded } from '../errors.ts'
import type { IamHandler } from '../handler.ts'
import { newRoleId } from '../new-id.ts'
import { newTags } from '../tags.ts'
import { checkTrustPolicy } from './trust-policy.ts'

// AWS's default quota.
const ROLES_PER_ACCOUNT = 1000
const DEFAULT_SESSION_SECONDS = 3600

export const createRole: IamHandler<'CreateRole'> = async (input, { caller, clock, place, store }) => {
  const { PermissionsBoundary: boundary } = input
  if (boundary !== undefined) checkAttachable(boundary, caller.account)
  checkTrustPolicy(input.AssumeRolePolicyDocument)
  const role = {
    account: caller.account,
    name: input.RoleName,
    path: input.Path ?? '/',
    id: newRoleId(),
    description: input.Description,
    trustPolicy: input.AssumeRolePolicyDocument,
    maxSessionSeconds: input.MaxSessionDuration ?? DEFAULT_SESSION_SECONDS,
    createdMs: clock.now(),
    tags: newTags(input.Tags),
    permissionsBoundary: boundary,
  }
  const outcome = await store.identities.roles.create(role, ROLES_PER_ACCOUNT)
  if (outcome === 'exists') throw principalExists('role', role.name)
  if (outcome === 'limit-exceeded') throw quotaExceeded('RolesPerAccount', ROLES_PER_ACCOUNT)
  if (outcome === 'no-such-policy') throw policyNotAttachable(boundary ?? '')
  return { Role: describeNewRole(place, role) }
}
