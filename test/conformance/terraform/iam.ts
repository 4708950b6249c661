import type { IAM } from '@aws-sdk/client-iam'
import { normalized, type Resource, type Tags, tagChanges, unlessGone } from './resource.ts'

const decoded = (document: string | undefined) => normalized(decodeURIComponent(document ?? 'null'))
const asTags = (list: readonly { Key?: string | undefined; Value?: string | undefined }[] = []): Tags =>
  Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]))
const asList = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

export interface RoleAttributes {
  readonly name: string
  readonly path: string
  readonly description: string
  readonly assume_role_policy: string
  readonly max_session_duration: number
  readonly tags: Tags
}

/** aws_iam_role */
export const role = (iam: IAM): Resource<RoleAttributes> => ({
  create: (wanted) =>
    iam.createRole({
      RoleName: wanted.name,
      Path: wanted.path,
      Description: wanted.description,
      AssumeRolePolicyDocument: wanted.assume_role_policy,
      MaxSessionDuration: wanted.max_session_duration,
      Tags: asList(wanted.tags),
    }),
  async read({ name: RoleName }) {
    const found = await unlessGone(iam.getRole({ RoleName }))
    if (!found?.Role) return undefined
    // Policies that the resource itself does not name are read all the same.
    const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName })
    await Promise.all(PolicyNames.map((PolicyName) => iam.getRolePolicy({ RoleName, PolicyName })))
    await iam.listAttachedRolePolicies({ RoleName })
    const { Role } = found
    return {
      name: Role.RoleName ?? '',
      path: Role.Path ?? '',
      description: Role.Description ?? '',
      assume_role_policy: decoded(Role.AssumeRolePolicyDocument),
      max_session_duration: Role.MaxSessionDuration ?? 0,
      tags: asTags(Role.Tags),
    }
  },
  async update(before, wanted) {
    const RoleName = before.name
    if (wanted.assume_role_policy !== before.assume_role_policy)
      await iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: wanted.assume_role_policy })
    if (wanted.description !== before.description)
      await iam.updateRoleDescription({ RoleName, Description: wanted.description })
    if (wanted.max_session_duration !== before.max_session_duration)
      await iam.updateRole({ RoleName, MaxSessionDuration: wanted.max_session_duration })
    const { removed, given } = tagChanges(before.tags, wanted.tags)
    if (removed.length > 0) await iam.untagRole({ RoleName, TagKeys: removed })
    if (Object.keys(given).length > 0) await iam.tagRole({ RoleName, Tags: asList(given) })
  },
  async delete({ name: RoleName }) {
    await iam.listInstanceProfilesForRole({ RoleName })
    await iam.deleteRole({ RoleName })
  },
})

export interface RolePolicyAttributes {
  readonly role: string
  readonly name: string
  readonly policy: string
}

/** aws_iam_role_policy */
export function rolePolicy(iam: IAM): Resource<RolePolicyAttributes> {
  const put = ({ role: RoleName, name: PolicyName, policy: PolicyDocument }: RolePolicyAttributes) =>
    iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument })
  return {
    create: put,
    async read({ role, name }) {
      const found = await unlessGone(iam.getRolePolicy({ RoleName: role, PolicyName: name }))
      return found && { role, name, policy: decoded(found.PolicyDocument) }
    },
    update: (_before, wanted) => put(wanted),
    delete: ({ role: RoleName, name: PolicyName }) => iam.deleteRolePolicy({ RoleName, PolicyName }),
  }
}

export interface PolicyAttributes {
  readonly arn: string
  readonly name: string
  readonly description: string
  readonly policy: string
  readonly tags: Tags
}

/** aws_iam_policy */
export const policy = (iam: IAM): Resource<PolicyAttributes> => ({
  create: ({ name: PolicyName, description: Description, policy: PolicyDocument, tags }) =>
    iam.createPolicy({ PolicyName, Description, PolicyDocument, Tags: asList(tags) }),
  async read({ arn: PolicyArn }) {
    const found = await unlessGone(iam.getPolicy({ PolicyArn }))
    if (!found?.Policy) return undefined
    const { DefaultVersionId: VersionId = '', Arn = '', PolicyName = '', Description = '', Tags } = found.Policy
    const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId })
    return {
      arn: Arn,
      name: PolicyName,
      description: Description,
      policy: decoded(PolicyVersion?.Document),
      tags: asTags(Tags),
    }
  },
  async update({ arn: PolicyArn, tags }, wanted) {
    await iam.listPolicyVersions({ PolicyArn })
    await iam.createPolicyVersion({ PolicyArn, PolicyDocument: wanted.policy, SetAsDefault: true })
    const { removed, given } = tagChanges(tags, wanted.tags)
    if (removed.length > 0) await iam.untagPolicy({ PolicyArn, TagKeys: removed })
    if (Object.keys(given).length > 0) await iam.tagPolicy({ PolicyArn, Tags: asList(given) })
  },
  async delete({ arn: PolicyArn }) {
    const { Versions = [] } = await iam.listPolicyVersions({ PolicyArn })
    for (const { VersionId, IsDefaultVersion } of Versions)
      if (!IsDefaultVersion) await iam.deletePolicyVersion({ PolicyArn, VersionId })
    await iam.deletePolicy({ PolicyArn })
  },
})

export interface AttachmentAttributes {
  readonly role: string
  readonly policy_arn: string
}

/** aws_iam_role_policy_attachment: every change is a new one. */
export const attachment = (iam: IAM): Resource<AttachmentAttributes> => ({
  create: ({ role: RoleName, policy_arn: PolicyArn }) => iam.attachRolePolicy({ RoleName, PolicyArn }),
  async read(of) {
    const found = await unlessGone(iam.listAttachedRolePolicies({ RoleName: of.role }))
    return found?.AttachedPolicies?.some(({ PolicyArn }) => PolicyArn === of.policy_arn) ? of : undefined
  },
  update: async () => {},
  delete: ({ role: RoleName, policy_arn: PolicyArn }) => iam.detachRolePolicy({ RoleName, PolicyArn }),
})
