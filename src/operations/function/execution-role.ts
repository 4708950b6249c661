import { compilePolicy, createRequestContext, evaluate, noPolicies, type Principal } from '#auth'
import { type ApiError, accessDeniedException } from '#model'
import { roleArn as arnOf, type Role, roleNameIn, roleNotAssumable } from '#resources'
import type { RequestContext } from '../context.ts'

const LAMBDA: Principal = { kind: 'service', service: 'lambda.amazonaws.com' }

export const checkExecutionRole = (context: RequestContext, roleArn: string): Promise<void> =>
  checkPassedRole(context, roleArn, roleNotAssumable)

/** The role must exist and let Lambda assume it, and the caller must be allowed to pass it on. */
export async function checkPassedRole(
  context: RequestContext,
  roleArn: string,
  notAssumable: () => ApiError,
): Promise<void> {
  if (!context.isEnforced) return
  const [, , , , account = ''] = roleArn.split(':')
  if (account !== context.caller.account) throw accessDeniedException('Cross-account pass role is not allowed.')
  context.authorize('iam:PassRole', roleArn, { 'iam:PassedToService': 'lambda.amazonaws.com' })
  const role = await context.store.identities.roles.find(account, roleNameIn(roleArn))
  // Names are found without regard to path and case, so this is the role that was asked about only if its ARN is.
  const isMeant = role && arnOf(context.place.partition, role) === roleArn
  if (!isMeant || !isAssumableByLambda(role, roleArn, context.clock.now())) throw notAssumable()
}

function isAssumableByLambda(role: Role, roleArn: string, nowMs: number): boolean {
  const request = {
    principal: LAMBDA,
    action: 'sts:AssumeRole',
    resource: roleArn,
    context: createRequestContext({ principal: LAMBDA, nowMs, secure: true }),
  }
  return evaluate(request, { ...noPolicies, resource: compilePolicy(role.trustPolicy, 'trust') }).kind === 'allowed'
}
