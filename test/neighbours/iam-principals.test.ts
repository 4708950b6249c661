import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddUserToGroupCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteGroupCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountSummaryCommand,
  GetGroupCommand,
  GetLoginProfileCommand,
  GetRoleCommand,
  GetUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListAccountAliasesCommand,
  ListGroupsCommand,
  ListGroupsForUserCommand,
  ListInstanceProfilesForRoleCommand,
  ListMFADevicesCommand,
  ListRoleTagsCommand,
  ListServiceSpecificCredentialsCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
  ListUserTagsCommand,
  ListVirtualMFADevicesCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  TagRoleCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateGroupCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam'
import { ListAliasesCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { allowUser, createUser, iamClient, lambdaClient, policy, stsClient, TRUST_LAMBDA } from '../support/clients.ts'
import { type Refusal, refusalOf } from '../support/refusal.ts'
import { ACCOUNT, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let iam: IAMClient
before(async () => {
  server = await startTestServer()
  iam = iamClient(server)
})
after(() => server[Symbol.asyncDispose]())

const noSuchEntity = (message: string): Refusal => ({ code: 'NoSuchEntityException', status: 404, message })
const exists = (message: string): Refusal => ({ code: 'EntityAlreadyExistsException', status: 409, message })
const deleteConflict = (message: string): Refusal => ({ code: 'DeleteConflictException', status: 409, message })
const limitExceeded = (message: string): Refusal => ({ code: 'LimitExceededException', status: 409, message })
const makeUser = (UserName: string) => iam.send(new CreateUserCommand({ UserName }))

test('a group lives: created, renamed, joined, left, deleted', async () => {
  await iam.send(new CreateGroupCommand({ GroupName: 'Staff', Path: '/all/' }))
  for (const UserName of ['ann', 'ben', 'cid']) {
    await makeUser(UserName)
    await iam.send(new AddUserToGroupCommand({ GroupName: 'staff', UserName }))
  }
  await iam.send(new AddUserToGroupCommand({ GroupName: 'staff', UserName: 'ann' }))
  const first = await iam.send(new GetGroupCommand({ GroupName: 'STAFF', MaxItems: 2 }))
  const second = await iam.send(new GetGroupCommand({ GroupName: 'STAFF', Marker: first.Marker }))
  assert.deepEqual(
    [first, second].map(({ Users = [] }) => Users.map(({ UserName }) => UserName)),
    [['ann', 'ben'], ['cid']],
  )
  assert.equal(first.Group?.Arn, `arn:aws:iam::${ACCOUNT}:group/all/Staff`)
  await iam.send(new UpdateGroupCommand({ GroupName: 'Staff', NewGroupName: 'People', NewPath: '/' }))
  const { Groups = [] } = await iam.send(new ListGroupsForUserCommand({ UserName: 'ann' }))
  assert.deepEqual(
    Groups.map(({ Arn }) => Arn),
    [`arn:aws:iam::${ACCOUNT}:group/People`],
  )
  assert.deepEqual((await iam.send(new ListGroupsCommand({ PathPrefix: '/all/' }))).Groups, [])
  const inUse = deleteConflict('Cannot delete entity, must remove users from group first.')
  assert.deepEqual(await refusalOf(iam.send(new DeleteGroupCommand({ GroupName: 'People' }))), inUse)
  assert.deepEqual(await refusalOf(iam.send(new DeleteUserCommand({ UserName: 'ann' }))), inUse)
  for (const UserName of ['ann', 'ben', 'cid'])
    await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'people', UserName }))
  assert.deepEqual(
    await refusalOf(iam.send(new RemoveUserFromGroupCommand({ GroupName: 'people', UserName: 'ann' }))),
    noSuchEntity('User ann not in group People'),
  )
  await iam.send(new DeleteGroupCommand({ GroupName: 'People' }))
  assert.deepEqual(
    await refusalOf(iam.send(new GetGroupCommand({ GroupName: 'People' }))),
    noSuchEntity('The group with name People cannot be found.'),
  )
})

test('a user is in ten groups at most', async () => {
  await makeUser('joiner')
  for (let i = 0; i <= 10; i++) await iam.send(new CreateGroupCommand({ GroupName: `club-${i}` }))
  const join = (i: number) => iam.send(new AddUserToGroupCommand({ GroupName: `club-${i}`, UserName: 'joiner' }))
  for (let i = 0; i < 10; i++) await join(i)
  assert.deepEqual(await refusalOf(join(10)), limitExceeded('Cannot exceed quota for GroupsPerUser: 10'))
})

test('a user that is renamed keeps its keys and permissions', async () => {
  const credentials = await createUser(server, 'before', { Effect: 'Allow', Action: 'lambda:*', Resource: '*' })
  await lambdaClient(server, credentials).send(new ListFunctionsCommand({}))
  await iam.send(new UpdateUserCommand({ UserName: 'before', NewUserName: 'After', NewPath: '/new/' }))
  await lambdaClient(server, credentials).send(new ListFunctionsCommand({}))
  const { Arn } = await stsClient(server, credentials).send(new GetCallerIdentityCommand({}))
  assert.equal(Arn, `arn:aws:iam::${ACCOUNT}:user/new/After`)
  const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: 'after' }))
  assert.deepEqual(
    AccessKeyMetadata.map(({ UserName, AccessKeyId }) => [UserName, AccessKeyId]),
    [['After', credentials.accessKeyId]],
  )
  await makeUser('taken')
  assert.deepEqual(
    await refusalOf(iam.send(new UpdateUserCommand({ UserName: 'After', NewUserName: 'TAKEN' }))),
    exists('User with name TAKEN already exists.'),
  )
})

test('to rename a user needs permission on both names', async () => {
  await makeUser('plain')
  const here = `arn:aws:iam::${ACCOUNT}:user/plain`
  const renamer = await createUser(server, 'renamer', { Effect: 'Allow', Action: 'iam:UpdateUser', Resource: here })
  const rename = () =>
    iamClient(server, renamer).send(new UpdateUserCommand({ UserName: 'plain', NewUserName: 'admin' }))
  assert.match((await refusalOf(rename())).message, /iam:UpdateUser on resource: arn:aws:iam::000000000000:user\/admin/)
  await allowUser(server, 'renamer', {
    Effect: 'Allow',
    Action: 'iam:UpdateUser',
    Resource: [here, `arn:aws:iam::${ACCOUNT}:user/admin`],
  })
  await rename()
})

test('users and roles are tagged, and policies can ask for the tags', async () => {
  const Tags = [{ Key: 'team', Value: 'red' }]
  const { User } = await iam.send(new CreateUserCommand({ UserName: 'tagged', Tags }))
  assert.deepEqual(User?.Tags, Tags)
  await iam.send(
    new TagUserCommand({
      UserName: 'tagged',
      Tags: [
        { Key: 'Team', Value: 'blue' },
        { Key: 'x', Value: '' },
      ],
    }),
  )
  const first = await iam.send(new ListUserTagsCommand({ UserName: 'tagged', MaxItems: 1 }))
  const second = await iam.send(new ListUserTagsCommand({ UserName: 'tagged', Marker: first.Marker }))
  assert.deepEqual(
    [first.Tags, second.Tags, second.IsTruncated],
    [[{ Key: 'Team', Value: 'blue' }], [{ Key: 'x', Value: '' }], false],
  )
  await iam.send(new UntagUserCommand({ UserName: 'tagged', TagKeys: ['X', 'none'] }))
  assert.deepEqual((await iam.send(new GetUserCommand({ UserName: 'tagged' }))).User?.Tags, [
    { Key: 'Team', Value: 'blue' },
  ])
  await iam.send(new CreateRoleCommand({ RoleName: 'tagged', AssumeRolePolicyDocument: TRUST_LAMBDA, Tags }))
  await iam.send(new TagRoleCommand({ RoleName: 'tagged', Tags: [{ Key: 'b', Value: '2' }] }))
  assert.deepEqual((await iam.send(new ListRoleTagsCommand({ RoleName: 'tagged' }))).Tags, [
    { Key: 'b', Value: '2' },
    { Key: 'team', Value: 'red' },
  ])
  const many = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: 'v' }))
  assert.deepEqual(
    await refusalOf(iam.send(new TagRoleCommand({ RoleName: 'tagged', Tags: many }))),
    limitExceeded('The number of tags has reached the maximum limit.'),
  )

  const keeper = await createUser(
    server,
    'keeper',
    { Effect: 'Allow', Action: 'iam:*', Resource: '*', Condition: { StringEquals: { 'iam:ResourceTag/team': 'red' } } },
    {
      Effect: 'Allow',
      Action: ['iam:CreateUser', 'iam:TagUser'],
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:RequestTag/team': 'red' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': 'team' },
      },
    },
  )
  const asKeeper = iamClient(server, keeper)
  await asKeeper.send(new GetRoleCommand({ RoleName: 'tagged' }))
  assert.equal((await refusalOf(asKeeper.send(new GetUserCommand({ UserName: 'tagged' })))).status, 403)
  await asKeeper.send(new CreateUserCommand({ UserName: 'kept', Tags }))
  const others = new CreateUserCommand({ UserName: 'lost', Tags: [...Tags, { Key: 'x', Value: '' }] })
  assert.equal((await refusalOf(asKeeper.send(others))).status, 403)
})

test('a permissions boundary limits a user, and says so', async () => {
  const PermissionsBoundary = `arn:aws:iam::${ACCOUNT}:policy/Limit`
  await iam.send(
    new CreatePolicyCommand({
      PolicyName: 'Limit',
      PolicyDocument: policy({ Effect: 'Allow', Action: 'lambda:ListFunctions', Resource: '*' }),
    }),
  )
  const credentials = await createUser(server, 'limited', { Effect: 'Allow', Action: 'lambda:*', Resource: '*' })
  const lambda = lambdaClient(server, credentials)
  const listAliases = () => lambda.send(new ListAliasesCommand({ FunctionName: 'f' }))
  assert.equal((await refusalOf(listAliases())).code, 'ResourceNotFoundException')
  await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'limited', PermissionsBoundary }))
  assert.deepEqual((await iam.send(new GetUserCommand({ UserName: 'limited' }))).User?.PermissionsBoundary, {
    PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
    PermissionsBoundaryArn: PermissionsBoundary,
  })
  await lambda.send(new ListFunctionsCommand({}))
  assert.deepEqual(await refusalOf(listAliases()), {
    code: 'AccessDeniedException',
    status: 403,
    message: `User: arn:aws:iam::${ACCOUNT}:user/limited is not authorized to perform: lambda:ListAliases on resource: arn:aws:lambda:us-east-1:${ACCOUNT}:function:f because no permissions boundary allows the lambda:ListAliases action`,
  })
  await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'limited' }))
  assert.equal((await refusalOf(listAliases())).code, 'ResourceNotFoundException')
})

test('somebody who may only make limited users makes no others', async () => {
  const boundary = 'arn:aws:iam::aws:policy/AWSLambda_ReadOnlyAccess'
  const maker = await createUser(server, 'maker', {
    Effect: 'Allow',
    Action: ['iam:CreateUser', 'iam:PutUserPolicy'],
    Resource: '*',
    Condition: { StringEquals: { 'iam:PermissionsBoundary': boundary } },
  })
  const asMaker = iamClient(server, maker)
  await asMaker.send(new CreateUserCommand({ UserName: 'made', PermissionsBoundary: boundary }))
  const grant = { PolicyName: 'p', PolicyDocument: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) }
  await asMaker.send(new PutUserPolicyCommand({ UserName: 'made', ...grant }))
  for (const command of [
    new CreateUserCommand({ UserName: 'free' }),
    new PutUserPolicyCommand({ UserName: 'maker', ...grant }),
  ])
    assert.equal((await refusalOf(asMaker.send(command as never))).status, 403)
})

test('a role is updated', async () => {
  const RoleName = 'updated'
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST_LAMBDA, MaxSessionDuration: 7200 }))
  await iam.send(new UpdateRoleCommand({ RoleName, Description: 'new', MaxSessionDuration: 10_800 }))
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }))
  assert.deepEqual([Role?.Description, Role?.MaxSessionDuration], ['new', 10_800])
  const described = await iam.send(new UpdateRoleDescriptionCommand({ RoleName, Description: 'newer' }))
  assert.deepEqual([described.Role?.Description, described.Role?.MaxSessionDuration], ['newer', 10_800])
  for (const [change, expected] of [
    [{ MaxSessionDuration: 3600 }, ['newer', 3600]],
    [{ Description: 'newest' }, ['newest', 3600]],
  ] as const) {
    await iam.send(new UpdateRoleCommand({ RoleName, ...change }))
    const { Role: found } = await iam.send(new GetRoleCommand({ RoleName }))
    assert.deepEqual([found?.Description, found?.MaxSessionDuration], expected)
  }
  assert.deepEqual((await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }))).InstanceProfiles, [])
  await iam.send(new DeleteRoleCommand({ RoleName }))
})

test('the last use of a key is known', async () => {
  const credentials = await createUser(server, 'used')
  const last = () => iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: credentials.accessKeyId }))
  const beforeMs = Date.now()
  const never = await last()
  assert.deepEqual([never.UserName, never.AccessKeyLastUsed], ['used', { ServiceName: 'N/A', Region: 'N/A' }])
  await stsClient(server, credentials).send(new GetCallerIdentityCommand({}))
  const { AccessKeyLastUsed } = await last()
  assert.deepEqual([AccessKeyLastUsed?.ServiceName, AccessKeyLastUsed?.Region], ['sts', 'us-east-1'])
  // Shown in whole seconds.
  const usedMs = Number(AccessKeyLastUsed?.LastUsedDate)
  assert(usedMs > beforeMs - 1000 && usedMs < Date.now() + 1000)
})

test('what there is none of is an empty list', async () => {
  await makeUser('bare')
  const UserName = 'bare'
  const lists = [
    (await iam.send(new ListMFADevicesCommand({ UserName }))).MFADevices,
    (await iam.send(new ListVirtualMFADevicesCommand({}))).VirtualMFADevices,
    (await iam.send(new ListSSHPublicKeysCommand({ UserName }))).SSHPublicKeys,
    (await iam.send(new ListSigningCertificatesCommand({ UserName }))).Certificates,
    (await iam.send(new ListServiceSpecificCredentialsCommand({ UserName }))).ServiceSpecificCredentials,
    (await iam.send(new ListAccountAliasesCommand({}))).AccountAliases,
  ]
  for (const list of lists) assert.deepEqual(list, [])
  assert.deepEqual(
    await refusalOf(iam.send(new GetLoginProfileCommand({ UserName }))),
    noSuchEntity('Login Profile for User bare cannot be found.'),
  )
  const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}))
  assert.equal(SummaryMap?.UsersQuota, 5000)
})
