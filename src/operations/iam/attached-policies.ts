import { findAwsManaged, isAwsManaged, type Principal, type PrincipalKind } from '#resources'
import { invalidArn, policyNotAttachable, policyNotFound, principalNotFound, quotaExceeded } from './errors.ts'
import type { IamContext } from './handler.ts'
import { type PageInput, pageMembers, pageOf } from './page.ts'

// AWS's default quotas.
const LIMIT = 10
const QUOTA: Readonly<Record<PrincipalKind, string>> = {
  user: 'PoliciesPerUser',
  group: 'PoliciesPerGroup',
  role: 'PoliciesPerRole',
}

/** The condition key of operations that attach and detach. */
export const policyKey = (arn: string) => ({ 'iam:PolicyARN': arn })

export async function attach({ caller, store }: IamContext, kind: PrincipalKind, owner: Principal, arn: string) {
  checkAttachable(arn, caller.account)
  const outcome = await store.identities.attachments.attach(owner.id, arn, LIMIT)
  if (outcome === 'not-found') throw principalNotFound(kind, owner.name)
  if (outcome === 'no-such-policy') throw policyNotAttachable(arn)
  if (outcome === 'limit-exceeded') throw quotaExceeded(QUOTA[kind], LIMIT)
  return {}
}

export async function detach({ store }: IamContext, owner: Principal, arn: string) {
  checkPolicyArn(arn)
  if (!(await store.identities.attachments.detach(owner.id, arn))) throw policyNotFound(arn)
  return {}
}

interface ListInput extends PageInput {
  readonly PathPrefix?: string | undefined
}

export async function listAttached({ store }: IamContext, owner: Principal, input: ListInput) {
  const attached = (await store.identities.attachments.list(owner.id)).map(splitArn)
  const wanted = attached.filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
  // A policy of the account may be called like one of AWS's.
  const page = pageOf(wanted, input, ({ name, arn }) => `${name} ${isAwsManaged(arn)}`)
  return {
    AttachedPolicies: page.items.map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn })),
    ...pageMembers(page),
  }
}

const ARN = /^arn:[^:]+:iam::(\d{12}|aws):policy(\/(?:.*\/)?)([^/]+)$/

export function checkPolicyArn(arn: string): void {
  if (!ARN.test(arn)) throw invalidArn(arn)
}

/** A policy of the same account, or one that AWS manages. */
export function checkAttachable(arn: string, account: string): void {
  checkPolicyArn(arn)
  if (isAwsManaged(arn) ? !findAwsManaged(arn) : ARN.exec(arn)?.[1] !== account) throw policyNotAttachable(arn)
}

function splitArn(arn: string) {
  const [, , path = '', name = ''] = ARN.exec(arn) ?? []
  return { arn, path, name }
}
