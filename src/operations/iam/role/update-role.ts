import type { Role } from '#resources'
import { describeRole } from '../describe.ts'
import { principalNotFound } from '../errors.ts'
import { findRole } from '../find-principal.ts'
import type { IamContext, IamHandler } from '../handler.ts'
import { DEFAULT_SESSION_SECONDS } from './create-role.ts'
import { checkTrustPolicy } from './trust-policy.ts'

/** What is left out is reset: the description to none, the duration to AWS's default. */
export const updateRole: IamHandler<'UpdateRole'> = async (input, context) => {
  const role = await findRole(context, 'iam:UpdateRole', input.RoleName)
  await changeRole(context, role, {
    description: input.Description,
    maxSessionSeconds: input.MaxSessionDuration ?? DEFAULT_SESSION_SECONDS,
  })
  return {}
}

export const updateRoleDescription: IamHandler<'UpdateRoleDescription'> = async (input, context) => {
  const role = await findRole(context, 'iam:UpdateRoleDescription', input.RoleName)
  const change = { description: input.Description }
  await changeRole(context, role, change)
  return { Role: describeRole(context.place, { ...role, ...change }) }
}

export const updateAssumeRolePolicy: IamHandler<'UpdateAssumeRolePolicy'> = async (input, context) => {
  const role = await findRole(context, 'iam:UpdateAssumeRolePolicy', input.RoleName)
  checkTrustPolicy(input.PolicyDocument)
  await changeRole(context, role, { trustPolicy: input.PolicyDocument })
  return {}
}

async function changeRole({ store }: IamContext, { id, name }: Role, change: Partial<Role>): Promise<void> {
  const outcome = await store.identities.roles.change(id, (role) => ({ ...role, ...change }))
  if (outcome === 'not-found') throw principalNotFound('role', name)
}
