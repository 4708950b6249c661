import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IamOperations } from '#model'
import { ACCOUNT, assertFails, errorOf, type Neighbourhood, openNeighbourhood, userWith } from './support.ts'

const trust = '{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}}'
const policy = '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
const key = 'AKIAIOSFODNN7EXAMPLE'

const local = `arn:aws:iam::${ACCOUNT}:policy/p/Local`
const aws = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
const tag = { Key: 'k', Value: 'v' }
const bob = { UserName: 'bob' }
const staff = { GroupName: 'staff' }
const worker = { RoleName: 'worker' }

type Inputs = {
  readonly [Name in keyof IamOperations]: readonly [input: IamOperations[Name]['input'], resource: string]
}

const ofUsers = {
  CreateUser: [{ UserName: 'new', Path: '/p/' }, 'user/p/new'],
  GetUser: [bob, 'user/team/Bob'],
  ListUsers: [{}, 'user/'],
  UpdateUser: [bob, 'user/team/Bob'],
  DeleteUser: [bob, 'user/team/Bob'],
  TagUser: [{ ...bob, Tags: [tag] }, 'user/team/Bob'],
  UntagUser: [{ ...bob, TagKeys: ['k'] }, 'user/team/Bob'],
  ListUserTags: [bob, 'user/team/Bob'],
  PutUserPermissionsBoundary: [{ ...bob, PermissionsBoundary: aws }, 'user/team/Bob'],
  DeleteUserPermissionsBoundary: [bob, 'user/team/Bob'],
  CreateAccessKey: [bob, 'user/team/Bob'],
  ListAccessKeys: [bob, 'user/team/Bob'],
  UpdateAccessKey: [{ ...bob, AccessKeyId: key, Status: 'Active' }, 'user/team/Bob'],
  DeleteAccessKey: [{ ...bob, AccessKeyId: key }, 'user/team/Bob'],
  GetAccessKeyLastUsed: [{ AccessKeyId: key }, 'user/*'],
  PutUserPolicy: [{ ...bob, PolicyName: 'p', PolicyDocument: policy }, 'user/team/Bob'],
  GetUserPolicy: [{ ...bob, PolicyName: 'p' }, 'user/team/Bob'],
  ListUserPolicies: [bob, 'user/team/Bob'],
  DeleteUserPolicy: [{ ...bob, PolicyName: 'p' }, 'user/team/Bob'],
  AttachUserPolicy: [{ ...bob, PolicyArn: aws }, 'user/team/Bob'],
  DetachUserPolicy: [{ ...bob, PolicyArn: aws }, 'user/team/Bob'],
  ListAttachedUserPolicies: [bob, 'user/team/Bob'],
  ListGroupsForUser: [bob, 'user/team/Bob'],
  ListMFADevices: [bob, 'user/team/Bob'],
  ListSSHPublicKeys: [bob, 'user/team/Bob'],
  ListSigningCertificates: [bob, 'user/team/Bob'],
  ListServiceSpecificCredentials: [bob, 'user/team/Bob'],
  GetLoginProfile: [bob, 'user/team/Bob'],
  DeleteLoginProfile: [bob, 'user/team/Bob'],
} satisfies Partial<Inputs>

const ofGroups = {
  CreateGroup: [{ GroupName: 'new', Path: '/p/' }, 'group/p/new'],
  GetGroup: [staff, 'group/all/Staff'],
  ListGroups: [{ PathPrefix: '/all/' }, 'group/all/'],
  UpdateGroup: [staff, 'group/all/Staff'],
  DeleteGroup: [staff, 'group/all/Staff'],
  AddUserToGroup: [{ ...staff, ...bob }, 'group/all/Staff'],
  RemoveUserFromGroup: [{ ...staff, ...bob }, 'group/all/Staff'],
  PutGroupPolicy: [{ ...staff, PolicyName: 'p', PolicyDocument: policy }, 'group/all/Staff'],
  GetGroupPolicy: [{ ...staff, PolicyName: 'p' }, 'group/all/Staff'],
  ListGroupPolicies: [staff, 'group/all/Staff'],
  DeleteGroupPolicy: [{ ...staff, PolicyName: 'p' }, 'group/all/Staff'],
  AttachGroupPolicy: [{ ...staff, PolicyArn: aws }, 'group/all/Staff'],
  DetachGroupPolicy: [{ ...staff, PolicyArn: aws }, 'group/all/Staff'],
  ListAttachedGroupPolicies: [staff, 'group/all/Staff'],
} satisfies Partial<Inputs>

const ofRoles = {
  CreateRole: [{ RoleName: 'new', AssumeRolePolicyDocument: trust }, 'role/new'],
  GetRole: [worker, 'role/jobs/Worker'],
  ListRoles: [{ PathPrefix: '/jobs/' }, 'role/jobs/'],
  UpdateRole: [worker, 'role/jobs/Worker'],
  UpdateRoleDescription: [{ ...worker, Description: '' }, 'role/jobs/Worker'],
  DeleteRole: [worker, 'role/jobs/Worker'],
  UpdateAssumeRolePolicy: [{ ...worker, PolicyDocument: trust }, 'role/jobs/Worker'],
  TagRole: [{ ...worker, Tags: [tag] }, 'role/jobs/Worker'],
  UntagRole: [{ ...worker, TagKeys: ['k'] }, 'role/jobs/Worker'],
  ListRoleTags: [worker, 'role/jobs/Worker'],
  PutRolePermissionsBoundary: [{ ...worker, PermissionsBoundary: aws }, 'role/jobs/Worker'],
  DeleteRolePermissionsBoundary: [worker, 'role/jobs/Worker'],
  PutRolePolicy: [{ ...worker, PolicyName: 'p', PolicyDocument: policy }, 'role/jobs/Worker'],
  GetRolePolicy: [{ ...worker, PolicyName: 'p' }, 'role/jobs/Worker'],
  ListRolePolicies: [worker, 'role/jobs/Worker'],
  DeleteRolePolicy: [{ ...worker, PolicyName: 'p' }, 'role/jobs/Worker'],
  AttachRolePolicy: [{ ...worker, PolicyArn: aws }, 'role/jobs/Worker'],
  DetachRolePolicy: [{ ...worker, PolicyArn: aws }, 'role/jobs/Worker'],
  ListAttachedRolePolicies: [worker, 'role/jobs/Worker'],
  ListInstanceProfilesForRole: [worker, 'role/jobs/Worker'],
} satisfies Partial<Inputs>

const ofPolicies = {
  CreatePolicy: [{ PolicyName: 'new', PolicyDocument: policy }, 'policy/new'],
  GetPolicy: [{ PolicyArn: local }, 'policy/p/Local'],
  ListPolicies: [{}, 'policy path /'],
  DeletePolicy: [{ PolicyArn: local }, 'policy/p/Local'],
  TagPolicy: [{ PolicyArn: local, Tags: [tag] }, 'policy/p/Local'],
  UntagPolicy: [{ PolicyArn: local, TagKeys: ['k'] }, 'policy/p/Local'],
  ListPolicyTags: [{ PolicyArn: local }, 'policy/p/Local'],
  ListEntitiesForPolicy: [{ PolicyArn: local }, 'policy/p/Local'],
  CreatePolicyVersion: [{ PolicyArn: local, PolicyDocument: policy }, 'policy/p/Local'],
  GetPolicyVersion: [{ PolicyArn: local, VersionId: 'v1' }, 'policy/p/Local'],
  ListPolicyVersions: [{ PolicyArn: local }, 'policy/p/Local'],
  DeletePolicyVersion: [{ PolicyArn: local, VersionId: 'v1' }, 'policy/p/Local'],
  SetDefaultPolicyVersion: [{ PolicyArn: local, VersionId: 'v1' }, 'policy/p/Local'],
} satisfies Partial<Inputs>

const PolicySourceArn = `arn:aws:iam::${ACCOUNT}:user/team/Bob`

/** An input for every operation, and the resource that it is about. */
const inputs: Inputs = {
  ...ofUsers,
  ...ofGroups,
  ...ofRoles,
  ...ofPolicies,
  SimulatePrincipalPolicy: [{ PolicySourceArn, ActionNames: ['s3:GetObject'] }, 'user/team/Bob'],
  SimulateCustomPolicy: [{ PolicyInputList: [policy], ActionNames: ['s3:GetObject'] }, '*'],
  GetContextKeysForPrincipalPolicy: [{ PolicySourceArn }, 'user/team/Bob'],
  GetContextKeysForCustomPolicy: [{ PolicyInputList: [policy] }, '*'],
  GetAccountSummary: [{}, '*'],
  ListAccountAliases: [{}, '*'],
  ListVirtualMFADevices: [{}, '*'],
}

const fullName = (resource: string) =>
  resource === '*' || resource.includes(' ') ? resource : `arn:aws:iam::${ACCOUNT}:${resource}`

/** Makes whatever an operation may have deleted. */
async function populate({ iam }: Neighbourhood): Promise<void> {
  await Promise.allSettled([
    iam('CreateUser', { UserName: 'Bob', Path: '/team/' }),
    iam('CreateGroup', { GroupName: 'Staff', Path: '/all/' }),
    iam('CreateRole', { RoleName: 'Worker', Path: '/jobs/', AssumeRolePolicyDocument: trust }),
    iam('CreatePolicy', { PolicyName: 'Local', Path: '/p/', PolicyDocument: policy }),
  ])
}

const nameOf = (text: string) => text as keyof IamOperations

test('every operation asks for its permission, on the resource as it is called', async (t) => {
  const there = await openNeighbourhood(t)
  await populate(there)
  const alice = userWith('alice')
  for (const [name, [input, resource]] of Object.entries(inputs)) {
    const { code, message } = await errorOf(there.iam(nameOf(name), input as never, alice))
    assert.equal(code, 'AccessDeniedException', name)
    assert.equal(
      message,
      `User: ${alice.arn} is not authorized to perform: iam:${name} on resource: ${fullName(resource)} because no identity-based policy allows the iam:${name} action`,
    )
  }
})

test('a permission on exactly the resource is enough for every operation', async (t) => {
  const there = await openNeighbourhood(t)
  for (const [name, [input, resource]] of Object.entries(inputs)) {
    await populate(there)
    const allowed = {
      Effect: 'Allow',
      Action: `iam:${name}`,
      Resource: resource.includes(' ') ? '*' : fullName(resource),
    }
    const outcome = await there
      .iam(nameOf(name), input as never, userWith('alice', allowed))
      .catch((error) => error.code)
    assert.notEqual(outcome, 'AccessDeniedException', name)
  }
})

test('another spelling of a name does not evade a denial by its path', async (t) => {
  const there = await openNeighbourhood(t)
  await populate(there)
  const allow = { Effect: 'Allow', Action: 'iam:*', Resource: '*' }
  const deny = { Effect: 'Deny', Action: 'iam:DeleteUser', Resource: `arn:aws:iam::${ACCOUNT}:user/team/Bob` }
  const { code } = await errorOf(there.iam('DeleteUser', { UserName: 'BOB' }, userWith('alice', allow, deny)))
  assert.equal(code, 'AccessDeniedException')
})

test('somebody without a permission does not learn whether a user exists', async (t) => {
  const { iam } = await openNeighbourhood(t)
  await assertFails(
    iam('GetUser', { UserName: 'nobody' }, userWith('alice')),
    'AccessDeniedException',
    403,
    `User: arn:aws:iam::${ACCOUNT}:user/alice is not authorized to perform: iam:GetUser on resource: arn:aws:iam::${ACCOUNT}:user/nobody because no identity-based policy allows the iam:GetUser action`,
  )
})

test('what is made with tags takes the permission to tag it, and is not made without', async (t) => {
  const { iam } = await openNeighbourhood(t)
  const Tags = [tag]
  const creations = [
    ['CreateUser', 'iam:TagUser', { UserName: 'new', Path: '/p/', Tags }, 'user/p/new'],
    ['CreateRole', 'iam:TagRole', { RoleName: 'new', AssumeRolePolicyDocument: trust, Tags }, 'role/new'],
    ['CreatePolicy', 'iam:TagPolicy', { PolicyName: 'new', PolicyDocument: policy, Tags }, 'policy/new'],
  ] as const
  for (const [name, action, input, resource] of creations) {
    const Resource = fullName(resource)
    const create = (...actions: readonly string[]) =>
      iam(name, input as never, userWith('alice', { Effect: 'Allow', Action: actions, Resource }))
    const refusal = `User: arn:aws:iam::${ACCOUNT}:user/alice is not authorized to perform: ${action} on resource: ${Resource} because no identity-based policy allows the ${action} action`
    await assertFails(create(`iam:${name}`), 'AccessDeniedException', 403, refusal)
    // Nothing was made, or it would be there already.
    await create(`iam:${name}`, action)
  }
})
