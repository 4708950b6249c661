import type { iam } from '#model'
import type { AccessKey, Place, Role, User } from '#resources'
import { roleArn, userArn } from './arns.ts'
import { encodeDocument } from './policy-document.ts'

export const describeUser = ({ partition }: Place, user: User): iam.User => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: userArn(partition, user),
  CreateDate: seconds(user.createdMs),
})

/** As CreateRole answers, which leaves out what GetRole tells besides. */
export const describeNewRole = ({ partition }: Place, role: Role): iam.Role => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: roleArn(partition, role),
  CreateDate: seconds(role.createdMs),
  AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
})

export const describeRole = (place: Place, role: Role): iam.Role => ({
  ...describeNewRole(place, role),
  Description: role.description,
  MaxSessionDuration: role.maxSessionSeconds,
})

/** Without the secret, which is told only once. */
export const describeAccessKey = ({ id, userName, status, createdMs }: AccessKey): iam.AccessKeyMetadata => ({
  UserName: userName,
  AccessKeyId: id,
  Status: status,
  CreateDate: seconds(createdMs),
})

/** IAM's dates have no fractions. */
export const seconds = (ms: number) => Math.floor(ms / 1000)
