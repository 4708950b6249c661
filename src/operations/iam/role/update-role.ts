import type { Role } from '#resources'
import { describeRole } from '../describe.ts'
import { principalNotFound } from '../errors.ts'
import { findRole } from '../find-principal.ts'
import type { IamContext, IamHandler } from '../handler.ts'
import { checkTrustPolicy } from './trust-policy.ts'

/** What is left out stays, although AWS's reference speaks of a default: Terraform updates one at a time. */
export const updateRole: IamHandler<'UpdateRole'> = async (input, context) => {
  const role = await findRole(context, 'iam:UpdateRole', input.RoleName)
  const { Description: description, MaxSessionDuration: maxSessionSeconds } = input
  await changeRole(context, role, {
    ...(description !== undefined && { description }),
    ...(maxSessionSeconds !== undefined && { maxSessionSeconds }),
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
