import type { Caller } from '#auth'
import type { IamOperations } from '#model'
import { type PrincipalKind, principalArn } from '#resources'
import { boundaryKey, type Keys } from './find-principal.ts'

interface Scope {
  readonly account: string
  readonly partition: string
  readonly caller: Caller
}

interface Question {
  readonly action: `iam:${string}`
  readonly resource: string
  readonly keys?: Keys
}

type Authorization = {
  readonly [Name in keyof IamOperations]: (
    input: IamOperations[Name]['input'],
    scope: Scope,
  ) => Question | readonly Question[] | undefined
}

/**
 * What a user, a group or a role is called in a policy depends on its path and on the spelling of its name, which only
 * its record has. So the operation asks, with `findUser` and its like, before it does anything else.
 */
const askedWhenFound = () => undefined

const arnIn = ({ partition, account }: Scope, kind: PrincipalKind | 'policy', path: string, name: string) =>
  principalArn(partition, kind, { account, path, name })

/** Who makes something with tags must be allowed to tag it as well. */
const alsoTagged = (question: Question, action: Question['action'], tags: readonly unknown[] = []) =>
  tags.length === 0 ? question : [question, { action, resource: question.resource }]

const onEverything = (action: Question['action']) => () => ({ action, resource: '*' })

/** Every operation: what is asked before it begins. */
export const iamAuthorization: Authorization = {
  CreateUser: ({ UserName, Path = '/', PermissionsBoundary, Tags }, scope) =>
    alsoTagged(
      {
        action: 'iam:CreateUser',
        resource: arnIn(scope, 'user', Path, UserName),
        keys: boundaryKey(PermissionsBoundary),
      },
      'iam:TagUser',
      Tags,
    ),
  GetUser: askedWhenFound,
  ListUsers: ({ PathPrefix = '/' }, scope) => ({
    action: 'iam:ListUsers',
    resource: arnIn(scope, 'user', PathPrefix, ''),
  }),
  UpdateUser: askedWhenFound,
  DeleteUser: askedWhenFound,
  TagUser: askedWhenFound,
  UntagUser: askedWhenFound,
  ListUserTags: askedWhenFound,
  PutUserPermissionsBoundary: askedWhenFound,
  DeleteUserPermissionsBoundary: askedWhenFound,
  CreateAccessKey: askedWhenFound,
  ListAccessKeys: askedWhenFound,
  UpdateAccessKey: askedWhenFound,
  DeleteAccessKey: askedWhenFound,
  GetAccessKeyLastUsed: askedWhenFound,
  PutUserPolicy: askedWhenFound,
  GetUserPolicy: askedWhenFound,
  ListUserPolicies: askedWhenFound,
  DeleteUserPolicy: askedWhenFound,
  AttachUserPolicy: askedWhenFound,
  DetachUserPolicy: askedWhenFound,
  ListAttachedUserPolicies: askedWhenFound,
  CreateGroup: ({ GroupName, Path = '/' }, scope) => ({
    action: 'iam:CreateGroup',
    resource: arnIn(scope, 'group', Path, GroupName),
  }),
  GetGroup: askedWhenFound,
  ListGroups: ({ PathPrefix = '/' }, scope) => ({
    action: 'iam:ListGroups',
    resource: arnIn(scope, 'group', PathPrefix, ''),
  }),
  UpdateGroup: askedWhenFound,
  DeleteGroup: askedWhenFound,
  AddUserToGroup: askedWhenFound,
  RemoveUserFromGroup: askedWhenFound,
  ListGroupsForUser: askedWhenFound,
  PutGroupPolicy: askedWhenFound,
  GetGroupPolicy: askedWhenFound,
  ListGroupPolicies: askedWhenFound,
  DeleteGroupPolicy: askedWhenFound,
  AttachGroupPolicy: askedWhenFound,
  DetachGroupPolicy: askedWhenFound,
  ListAttachedGroupPolicies: askedWhenFound,
  CreateRole: ({ RoleName, Path = '/', PermissionsBoundary, Tags }, scope) =>
    alsoTagged(
      {
        action: 'iam:CreateRole',
        resource: arnIn(scope, 'role', Path, RoleName),
        keys: boundaryKey(PermissionsBoundary),
      },
      'iam:TagRole',
      Tags,
    ),
  GetRole: askedWhenFound,
  ListRoles: ({ PathPrefix = '/' }, scope) => ({
    action: 'iam:ListRoles',
    resource: arnIn(scope, 'role', PathPrefix, ''),
  }),
  UpdateRole: askedWhenFound,
  UpdateRoleDescription: askedWhenFound,
  DeleteRole: askedWhenFound,
  UpdateAssumeRolePolicy: askedWhenFound,
  TagRole: askedWhenFound,
  UntagRole: askedWhenFound,
  ListRoleTags: askedWhenFound,
  PutRolePermissionsBoundary: askedWhenFound,
  DeleteRolePermissionsBoundary: askedWhenFound,
  PutRolePolicy: askedWhenFound,
  GetRolePolicy: askedWhenFound,
  ListRolePolicies: askedWhenFound,
  DeleteRolePolicy: askedWhenFound,
  AttachRolePolicy: askedWhenFound,
  DetachRolePolicy: askedWhenFound,
  ListAttachedRolePolicies: askedWhenFound,
  ListInstanceProfilesForRole: askedWhenFound,
  CreatePolicy: ({ PolicyName, Path = '/', Tags }, scope) =>
    alsoTagged(
      { action: 'iam:CreatePolicy', resource: arnIn(scope, 'policy', Path, PolicyName) },
      'iam:TagPolicy',
      Tags,
    ),
  GetPolicy: askedWhenFound,
  ListPolicies: ({ PathPrefix = '/' }) => ({ action: 'iam:ListPolicies', resource: `policy path ${PathPrefix}` }),
  DeletePolicy: askedWhenFound,
  TagPolicy: askedWhenFound,
  UntagPolicy: askedWhenFound,
  ListPolicyTags: askedWhenFound,
  ListEntitiesForPolicy: askedWhenFound,
  CreatePolicyVersion: askedWhenFound,
  GetPolicyVersion: askedWhenFound,
  ListPolicyVersions: askedWhenFound,
  DeletePolicyVersion: askedWhenFound,
  SetDefaultPolicyVersion: askedWhenFound,
  SimulatePrincipalPolicy: askedWhenFound,
  SimulateCustomPolicy: onEverything('iam:SimulateCustomPolicy'),
  GetContextKeysForPrincipalPolicy: askedWhenFound,
  GetContextKeysForCustomPolicy: onEverything('iam:GetContextKeysForCustomPolicy'),
  GetAccountSummary: onEverything('iam:GetAccountSummary'),
  ListAccountAliases: onEverything('iam:ListAccountAliases'),
  ListMFADevices: askedWhenFound,
  ListVirtualMFADevices: onEverything('iam:ListVirtualMFADevices'),
  ListSSHPublicKeys: askedWhenFound,
  ListSigningCertificates: askedWhenFound,
  ListServiceSpecificCredentials: askedWhenFound,
  GetLoginProfile: askedWhenFound,
  DeleteLoginProfile: askedWhenFound,
}
