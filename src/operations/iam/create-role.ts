import { describeNewRole } from './describe.ts'
import { roleExists } from './errors.ts'
import type { IamHandler } from './handler.ts'
import { newRoleId } from './new-id.ts'
import { refuseUnsupported } from './refuse-unsupported.ts'
import { checkTrustPolicy } from './trust-policy.ts'

const DEFAULT_SESSION_SECONDS = 3600

export const createRole: IamHandler<'CreateRole'> = async (input, { caller, clock, place, store }) => {
  refuseUnsupported(input)
  checkTrustPolicy(input.AssumeRolePolicyDocument)
  const role = {
    account: caller.account,
    name: input.RoleName,
    path: input.Path ?? '/',
    id: newRoleId(),
    ...(input.Description !== undefined && { description: input.Description }),
    trustPolicy: input.AssumeRolePolicyDocument,
    maxSessionSeconds: input.MaxSessionDuration ?? DEFAULT_SESSION_SECONDS,
    createdMs: clock.now(),
  }
  if (!(await store.identities.createRole(role))) throw roleExists(input.RoleName)
  return { Role: describeNewRole(place, role) }
}
