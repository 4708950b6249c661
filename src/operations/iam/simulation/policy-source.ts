import type { AccountPrincipal } from '#auth'
import { type Principal, type PrincipalKind, principalArn, type Role, type User } from '#resources'
import type { Grant, Grants } from '#store'
import { invalidArn } from '../errors.ts'
import { findGroup, findRole, findUser } from '../find-principal.ts'
import type { IamContext } from '../handler.ts'
import { type SourceStatement, statementsOf } from './statements.ts'

/** A user, a group or a role whose policies are looked at. */
export interface PolicySource {
  readonly kind: PrincipalKind
  readonly principal: Principal
  readonly caller: AccountPrincipal
  readonly grants: Grants
}

const ARN = /^arn:[^:]+:(?:iam::(\d{12}):(user|group|role)\/(?:.*\/)?|sts::(\d{12}):assumed-(role)\/)([^/]+)/

export async function findPolicySource(
  context: IamContext,
  action: `iam:${string}`,
  arn: string,
): Promise<PolicySource> {
  const [, account, iamKind, sessionAccount, sessionKind, name = ''] = ARN.exec(arn) ?? []
  const kind = (iamKind ?? sessionKind) as PrincipalKind | undefined
  if (!kind || (account ?? sessionAccount) !== context.caller.account) throw invalidArn(arn)
  const principal = await find[kind](context, action, name)
  const grants = await context.store.identities.grantsOf(principal)
  return { kind, principal, caller: callerOf(context, kind, principal), grants }
}

const find = { user: findUser, group: findGroup, role: findRole }

/** The principal as it would sign: a role through a session, and a group through one of its users. */
function callerOf({ place }: IamContext, kind: PrincipalKind, principal: Principal & Partial<User & Role>) {
  const { account, id, name, tags } = principal
  const arn = principalArn(place.partition, kind, principal)
  return {
    kind: kind === 'role' ? 'role-session' : 'user',
    account,
    arn,
    userId: id,
    ...(kind === 'user' && { userName: name }),
    ...(kind === 'role' && { roleArn: arn }),
    ...(tags && { tags }),
  } as const satisfies AccountPrincipal
}

export const grantedStatements = (grants: readonly Grant[]): readonly SourceStatement[] =>
  grants.flatMap((grant) => statementsOf(grant.document, sourceId(grant), 'identity'))

/** Managed policies by name, embedded ones with their owner before. */
const sourceId = ({ source, owner, policyName }: Grant) =>
  source === 'aws-managed' || source === 'user-managed' ? policyName : `${source}_${owner}_${policyName}`
