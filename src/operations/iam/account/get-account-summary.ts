import { VERSIONS_PER_POLICY } from '#resources'
import type { IamHandler } from '../handler.ts'
import { POLICIES_PER_ACCOUNT } from '../policy/create-policy.ts'

/** How much there is, and AWS's quotas. */
export const getAccountSummary: IamHandler<'GetAccountSummary'> = async (_input, { caller, store }) => {
  const { users, groups, roles, managedPolicies } = store.identities
  const { account } = caller
  const [userCount, groupCount, roleCount, policies] = await Promise.all([
    users.count(account),
    groups.count(account),
    roles.count(account),
    managedPolicies.list(account, { limit: POLICIES_PER_ACCOUNT }),
  ])
  return {
    SummaryMap: {
      Users: userCount,
      UsersQuota: 5000,
      Groups: groupCount,
      GroupsQuota: 300,
      GroupsPerUserQuota: 10,
      Roles: roleCount,
      RolesQuota: 1000,
      Policies: policies.items.length,
      PoliciesQuota: POLICIES_PER_ACCOUNT,
      PolicySizeQuota: 6144,
      VersionsPerPolicyQuota: VERSIONS_PER_POLICY,
      AccessKeysPerUserQuota: 2,
      AttachedPoliciesPerUserQuota: 10,
      AttachedPoliciesPerGroupQuota: 10,
      AttachedPoliciesPerRoleQuota: 10,
      UserPolicySizeQuota: 2048,
      GroupPolicySizeQuota: 5120,
      RolePolicySizeQuota: 10_240,
      AssumeRolePolicySizeQuota: 2048,
      AccountAccessKeysPresent: 1,
      MFADevices: 0,
      AccountMFAEnabled: 0,
    },
  }
}
