import type { iam } from '#model'
import {
  type AccessKey,
  type Group,
  type ManagedPolicy,
  type Place,
  type PolicyUsage,
  type PolicyVersion,
  type Principal,
  type PrincipalKind,
  principalArn,
  type Role,
  type User,
  versionId,
} from '#resources'
import { encodeDocument } from './policy-document.ts'
import { describeTags } from './tags.ts'

const common = ({ partition }: Place, kind: PrincipalKind, principal: Principal) => ({
  Path: principal.path,
  Arn: principalArn(partition, kind, principal),
  CreateDate: seconds(principal.createdMs),
})

/** As lists show a user, without tags and boundary. */
export const describeListedUser = (place: Place, user: User): iam.User => ({
  ...common(place, 'user', user),
  UserName: user.name,
  UserId: user.id,
})

export const describeUser = (place: Place, user: User): iam.User => ({
  ...describeListedUser(place, user),
  ...describeExtras(user),
})

export const describeGroup = (place: Place, group: Group): iam.Group => ({
  ...common(place, 'group', group),
  GroupName: group.name,
  GroupId: group.id,
})

const describeRoleItself = (place: Place, role: Role): iam.Role => ({
  ...common(place, 'role', role),
  RoleName: role.name,
  RoleId: role.id,
  AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
})

/** As CreateRole answers, which leaves out what GetRole tells besides. */
export const describeNewRole = (place: Place, role: Role): iam.Role => ({
  ...describeRoleItself(place, role),
  ...describeExtras(role),
})

/** As lists show a role, without tags and boundary. */
export const describeListedRole = (place: Place, role: Role): iam.Role => ({
  ...describeRoleItself(place, role),
  Description: role.description,
  MaxSessionDuration: role.maxSessionSeconds,
})

export const describeRole = (place: Place, role: Role): iam.Role => ({
  ...describeListedRole(place, role),
  ...describeExtras(role),
})

function describeExtras({ tags, permissionsBoundary }: Pick<User, 'tags' | 'permissionsBoundary'>) {
  return {
    ...(permissionsBoundary !== undefined && {
      PermissionsBoundary: {
        PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
        PermissionsBoundaryArn: permissionsBoundary,
      },
    }),
    ...(tags && { Tags: describeTags(tags) }),
  }
}

/** Without the secret, which is told only once. */
export const describeAccessKey = (userName: string, { id, status, createdMs }: AccessKey): iam.AccessKeyMetadata => ({
  UserName: userName,
  AccessKeyId: id,
  Status: status,
  CreateDate: seconds(createdMs),
})

const UNUSED: PolicyUsage = { attachments: 0, boundaries: 0 }

/** As lists show a policy. */
export const describeListedPolicy = (policy: ManagedPolicy, usage: PolicyUsage = UNUSED): iam.Policy => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: versionId(policy.defaultVersion),
  AttachmentCount: usage.attachments,
  PermissionsBoundaryUsageCount: usage.boundaries,
  IsAttachable: true,
  CreateDate: seconds(policy.createdMs),
  UpdateDate: seconds(policy.updatedMs),
})

export const describePolicy = (policy: ManagedPolicy, usage?: PolicyUsage): iam.Policy => ({
  ...describeListedPolicy(policy, usage),
  Description: policy.description,
  Tags: describeTags(policy.tags),
})

/** As lists show a version, without its document. */
export const describeListedVersion = (
  { defaultVersion }: ManagedPolicy,
  { number, createdMs }: PolicyVersion,
): iam.PolicyVersion => ({
  VersionId: versionId(number),
  IsDefaultVersion: number === defaultVersion,
  CreateDate: seconds(createdMs),
})

export const describeVersion = (policy: ManagedPolicy, version: PolicyVersion): iam.PolicyVersion => ({
  ...describeListedVersion(policy, version),
  Document: encodeDocument(version.document),
})

/** IAM's dates have no fractions. */
export const seconds = (ms: number) => Math.floor(ms / 1000)
