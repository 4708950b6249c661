import type { iam } from '#model'
import { listAwsManaged, type ManagedPolicy, type PolicyUsage } from '#resources'
import { describeListedPolicy } from '../describe.ts'
import type { IamContext, IamHandler } from '../handler.ts'
import { pageMembers, pageOf } from '../page.ts'
import { POLICIES_PER_ACCOUNT } from './create-policy.ts'

export const listPolicies: IamHandler<'ListPolicies'> = async (input, context) => {
  const { caller, store } = context
  const [policies, usage] = await Promise.all([
    policiesIn(context, input.Scope ?? 'All'),
    store.identities.managedPolicies.usage(caller.account),
  ])
  const wanted = policies.filter((policy) => isWanted(policy, usage.get(policy.arn), input))
  const page = pageOf(wanted, input, ({ name, account }) => `${name} ${account}`)
  return {
    Policies: page.items.map((policy) => describeListedPolicy(policy, usage.get(policy.arn))),
    ...pageMembers(page),
  }
}

async function policiesIn({ caller, place, store }: IamContext, scope: string): Promise<readonly ManagedPolicy[]> {
  const local =
    scope === 'AWS'
      ? []
      : (await store.identities.managedPolicies.list(caller.account, { limit: POLICIES_PER_ACCOUNT })).items
  return [...local, ...(scope === 'Local' ? [] : listAwsManaged(place.partition))]
}

function isWanted(
  { path }: ManagedPolicy,
  usage: PolicyUsage | undefined,
  { PathPrefix = '/', OnlyAttached, PolicyUsageFilter }: iam.ListPoliciesRequest,
): boolean {
  if (!path.startsWith(PathPrefix)) return false
  if (PolicyUsageFilter === 'PermissionsBoundary') return (usage?.boundaries ?? 0) > 0
  return !(OnlyAttached || PolicyUsageFilter) || (usage?.attachments ?? 0) > 0
}
