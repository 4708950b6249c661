import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  type CreatePolicyCommandInput,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteGroupCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  type IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  type ListPoliciesCommandInput,
  ListPolicyTagsCommand,
  ListPolicyVersionsCommand,
  PutRolePermissionsBoundaryCommand,
  paginateListPolicies,
  SetDefaultPolicyVersionCommand,
  SimulateCustomPolicyCommand,
  TagPolicyCommand,
  UntagPolicyCommand,
} from '@aws-sdk/client-iam'
import { ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { createUser, iamClient, lambdaClient, policy, TRUST_LAMBDA } from '../support/clients.ts'
import { type Refusal, refusalOf } from '../support/refusal.ts'
import { ACCOUNT, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let iam: IAMClient
before(async () => {
  server = await startTestServer()
  iam = iamClient(server)
})
after(() => server[Symbol.asyncDispose]())

const allow = (Action: string) => policy({ Effect: 'Allow', Action, Resource: '*' })
const arnOf = (name: string, path = '/') => `arn:aws:iam::${ACCOUNT}:policy${path}${name}`
const AWS_BASIC = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
const create = (PolicyName: string, Path?: string) =>
  iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: allow('s3:*'), ...(Path && { Path }) }))

const noSuchEntity = (message: string): Refusal => ({ code: 'NoSuchEntityException', status: 404, message })
const deleteConflict = (message: string): Refusal => ({ code: 'DeleteConflictException', status: 409, message })
const limitExceeded = (message: string): Refusal => ({ code: 'LimitExceededException', status: 409, message })

test('a policy lives: created, described, tagged, versioned, deleted', async () => {
  const { Policy } = await iam.send(
    new CreatePolicyCommand({
      PolicyName: 'Deploy',
      Path: '/ci/',
      Description: 'deploys',
      PolicyDocument: allow('lambda:*'),
      Tags: [{ Key: 'team', Value: 'x' }],
    }),
  )
  const PolicyArn = arnOf('Deploy', '/ci/')
  assert.match(Policy?.PolicyId ?? '', /^ANPA[A-Z2-7]{17}$/)
  assert.deepEqual(
    [Policy?.Arn, Policy?.DefaultVersionId, Policy?.AttachmentCount, Policy?.IsAttachable, Policy?.Description],
    [PolicyArn, 'v1', 0, true, undefined],
  )
  const found = (await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy
  assert.deepEqual([found?.Description, found?.Tags], ['deploys', [{ Key: 'team', Value: 'x' }]])

  const added = await iam.send(
    new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: allow('logs:*'), SetAsDefault: true }),
  )
  assert.deepEqual([added.PolicyVersion?.VersionId, added.PolicyVersion?.IsDefaultVersion], ['v2', true])
  const first = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
  assert.equal(decodeURIComponent(first.PolicyVersion?.Document ?? ''), allow('lambda:*'))
  assert.equal(first.PolicyVersion?.IsDefaultVersion, false)
  await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
  const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }))
  assert.deepEqual(
    Versions.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion]),
    [
      ['v2', false],
      ['v1', true],
    ],
  )

  await iam.send(
    new TagPolicyCommand({
      PolicyArn,
      Tags: [
        { Key: 'TEAM', Value: 'y' },
        { Key: 'a', Value: '' },
      ],
    }),
  )
  await iam.send(new UntagPolicyCommand({ PolicyArn, TagKeys: ['A'] }))
  assert.deepEqual((await iam.send(new ListPolicyTagsCommand({ PolicyArn }))).Tags, [{ Key: 'TEAM', Value: 'y' }])

  assert.deepEqual(
    await refusalOf(iam.send(new DeletePolicyCommand({ PolicyArn }))),
    deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    ),
  )
  await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))
  await iam.send(new DeletePolicyCommand({ PolicyArn }))
  assert.deepEqual(
    await refusalOf(iam.send(new GetPolicyCommand({ PolicyArn }))),
    noSuchEntity(`Policy ${PolicyArn} was not found.`),
  )
})

test('a policy has five versions, the default one stays, and numbers are not used again', async () => {
  await create('versioned')
  const PolicyArn = arnOf('versioned')
  const add = () => iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: allow('s3:Get*') }))
  for (let i = 2; i <= 5; i++) await add()
  assert.deepEqual(
    await refusalOf(add()),
    limitExceeded(
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    ),
  )
  assert.deepEqual(
    await refusalOf(iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))),
    deleteConflict('Cannot delete the default version of a policy.'),
  )
  await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v5' }))
  assert.equal((await add()).PolicyVersion?.VersionId, 'v6')
  const first = await iam.send(new ListPolicyVersionsCommand({ PolicyArn, MaxItems: 2 }))
  const second = await iam.send(new ListPolicyVersionsCommand({ PolicyArn, Marker: first.Marker }))
  assert.deepEqual(
    [first, second].map(({ Versions = [], IsTruncated }) => [Versions.map(({ VersionId }) => VersionId), IsTruncated]),
    [
      [['v6', 'v4'], true],
      [['v3', 'v2', 'v1'], false],
    ],
  )
  for (const VersionId of ['v9', 'v5'])
    assert.deepEqual(
      await refusalOf(iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId }))),
      noSuchEntity(`Policy ${PolicyArn} version ${VersionId} does not exist or is not attachable.`),
    )
})

/** The same operations on users, groups and roles. */
const owners = {
  user: {
    make: (UserName: string) => iam.send(new CreateUserCommand({ UserName })),
    remove: (UserName: string) => iam.send(new DeleteUserCommand({ UserName })),
    attach: (UserName: string, PolicyArn: string) => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
    detach: (UserName: string, PolicyArn: string) => iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
    list: (UserName: string, page = {}) => iam.send(new ListAttachedUserPoliciesCommand({ UserName, ...page })),
    quota: 'PoliciesPerUser',
  },
  group: {
    make: (GroupName: string) => iam.send(new CreateGroupCommand({ GroupName })),
    remove: (GroupName: string) => iam.send(new DeleteGroupCommand({ GroupName })),
    attach: (GroupName: string, PolicyArn: string) => iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn })),
    detach: (GroupName: string, PolicyArn: string) => iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn })),
    list: (GroupName: string, page = {}) => iam.send(new ListAttachedGroupPoliciesCommand({ GroupName, ...page })),
    quota: 'PoliciesPerGroup',
  },
  role: {
    make: (RoleName: string) => iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST_LAMBDA })),
    remove: (RoleName: string) => iam.send(new DeleteRoleCommand({ RoleName })),
    attach: (RoleName: string, PolicyArn: string) => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })),
    detach: (RoleName: string, PolicyArn: string) => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })),
    list: (RoleName: string, page = {}) => iam.send(new ListAttachedRolePoliciesCommand({ RoleName, ...page })),
    quota: 'PoliciesPerRole',
  },
}

for (const [kind, owner] of Object.entries(owners)) {
  test(`a ${kind} has ten policies at most, listed in pages, and stays while it has any`, async () => {
    const name = `attached-${kind}`
    await owner.make(name)
    const names = Array.from({ length: 10 }, (_, i) => `${kind}-${i}`)
    for (const policyName of names) {
      await create(policyName, '/many/')
      await owner.attach(name, arnOf(policyName, '/many/'))
    }
    await owner.attach(name, arnOf(`${kind}-0`, '/many/'))
    assert.deepEqual(
      await refusalOf(owner.attach(name, AWS_BASIC)),
      limitExceeded(`Cannot exceed quota for ${owner.quota}: 10`),
    )
    const first = await owner.list(name, { MaxItems: 7, PathPrefix: '/many/' })
    const second = await owner.list(name, { Marker: first.Marker, PathPrefix: '/many/' })
    const listed = [first, second].flatMap(({ AttachedPolicies = [] }) => AttachedPolicies)
    assert.deepEqual(
      listed,
      names.map((PolicyName) => ({ PolicyName, PolicyArn: arnOf(PolicyName, '/many/') })),
    )
    assert.deepEqual([first.IsTruncated, second.IsTruncated], [true, false])
    assert.deepEqual((await owner.list(name, { PathPrefix: '/other/' })).AttachedPolicies, [])
    assert.deepEqual(
      await refusalOf(owner.remove(name)),
      deleteConflict('Cannot delete entity, must detach all policies first.'),
    )
    assert.deepEqual(
      await refusalOf(iam.send(new DeletePolicyCommand({ PolicyArn: arnOf(`${kind}-0`, '/many/') }))),
      deleteConflict('Cannot delete a policy attached to entities.'),
    )
    for (const policyName of names) await owner.detach(name, arnOf(policyName, '/many/'))
    await owner.remove(name)
  })

  test(`what cannot be attached to a ${kind} is told`, async () => {
    const name = `refusing-${kind}`
    await owner.make(name)
    const refusals = [
      [
        () => owner.attach(name, arnOf('nowhere')),
        noSuchEntity(`Policy ${arnOf('nowhere')} does not exist or is not attachable.`),
      ],
      [
        () => owner.attach(name, 'arn:aws:iam::aws:policy/Nothing'),
        noSuchEntity('Policy arn:aws:iam::aws:policy/Nothing does not exist or is not attachable.'),
      ],
      [
        () => owner.attach(name, 'arn:aws:iam::111111111111:policy/theirs'),
        noSuchEntity('Policy arn:aws:iam::111111111111:policy/theirs does not exist or is not attachable.'),
      ],
      [
        () => owner.attach(name, 'arn:aws:iam::000000000000:user/x'),
        { code: 'InvalidInputException', status: 400, message: 'ARN arn:aws:iam::000000000000:user/x is not valid.' },
      ],
      [() => owner.detach(name, AWS_BASIC), noSuchEntity(`Policy ${AWS_BASIC} was not found.`)],
      [() => owner.attach('nobody', AWS_BASIC), noSuchEntity(`The ${kind} with name nobody cannot be found.`)],
      [() => owner.list('nobody'), noSuchEntity(`The ${kind} with name nobody cannot be found.`)],
    ] as const
    for (const [call, expected] of refusals) assert.deepEqual(await refusalOf(call()), expected)
  })
}

test('lists tell policies by scope, path and use', async () => {
  await create('used', '/lists/')
  await create('unused', '/lists/')
  await iam.send(new CreateRoleCommand({ RoleName: 'lister', AssumeRolePolicyDocument: TRUST_LAMBDA }))
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'lister', PolicyArn: arnOf('used', '/lists/') }))
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'lister', PolicyArn: AWS_BASIC }))
  await iam.send(
    new PutRolePermissionsBoundaryCommand({ RoleName: 'lister', PermissionsBoundary: arnOf('unused', '/lists/') }),
  )
  const list = async (input: ListPoliciesCommandInput) =>
    ((await iam.send(new ListPoliciesCommand(input))).Policies ?? []).map(({ PolicyName }) => PolicyName)
  assert.deepEqual(await list({ Scope: 'Local', PathPrefix: '/lists/' }), ['unused', 'used'])
  assert.deepEqual(await list({ PathPrefix: '/lists/', OnlyAttached: true }), ['used'])
  assert.deepEqual(await list({ PolicyUsageFilter: 'PermissionsBoundary' }), ['unused'])
  assert.deepEqual(await list({ Scope: 'AWS', OnlyAttached: true }), ['AWSLambdaBasicExecutionRole'])
  const all = await list({ Scope: 'AWS' })
  for (const name of [
    'AdministratorAccess',
    'AWSLambda_FullAccess',
    'AWSLambda_ReadOnlyAccess',
    'AWSLambdaDynamoDBExecutionRole',
    'AWSLambdaKinesisExecutionRole',
    'AWSLambdaRole',
    'AWSLambdaSQSQueueExecutionRole',
    'AWSLambdaVPCAccessExecutionRole',
    'PowerUserAccess',
    'ReadOnlyAccess',
  ])
    assert(all.includes(name), name)
  const paged: (string | undefined)[] = []
  for await (const { Policies = [] } of paginateListPolicies({ client: iam, pageSize: 3 }, { Scope: 'AWS' }))
    paged.push(...Policies.map(({ PolicyName }) => PolicyName))
  assert.deepEqual(paged, all)
})

test('a policy tells whom it is attached to, and whom it limits', async () => {
  await create('everywhere')
  const PolicyArn = arnOf('everywhere')
  for (const [kind, owner] of Object.entries(owners)) {
    await owner.make(`entity-${kind}`)
    await owner.attach(`entity-${kind}`, PolicyArn)
  }
  const entities = async (input = {}) => {
    const found = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, ...input }))
    return [
      ...(found.PolicyGroups ?? []).map(({ GroupName }) => GroupName),
      ...(found.PolicyUsers ?? []).map(({ UserName }) => UserName),
      ...(found.PolicyRoles ?? []).map(({ RoleName }) => RoleName),
    ]
  }
  assert.deepEqual(await entities(), ['entity-group', 'entity-user', 'entity-role'])
  assert.deepEqual(await entities({ EntityFilter: 'Role' }), ['entity-role'])
  assert.deepEqual(await entities({ PolicyUsageFilter: 'PermissionsBoundary' }), [])
  assert.equal((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.AttachmentCount, 3)
})

test("AWS's own policies can be read and used, and not changed", async () => {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: AWS_BASIC }))
  assert.deepEqual(
    [Policy?.PolicyName, Policy?.Path, Policy?.Arn],
    ['AWSLambdaBasicExecutionRole', '/service-role/', AWS_BASIC],
  )
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn: AWS_BASIC, VersionId: 'v1' }))
  assert.match(decodeURIComponent(PolicyVersion?.Document ?? ''), /logs:PutLogEvents/)
  const foreign = { code: 'AccessDenied', status: 403, message: 'Policy is outside your own account.' }
  for (const call of [
    new DeletePolicyCommand({ PolicyArn: AWS_BASIC }),
    new TagPolicyCommand({ PolicyArn: AWS_BASIC, Tags: [] }),
    new CreatePolicyVersionCommand({ PolicyArn: AWS_BASIC, PolicyDocument: allow('*') }),
  ] as const)
    assert.deepEqual(await refusalOf(iam.send(call as never)), foreign)
})

test("AWS's own policies are valid, and allow what they are named for", async () => {
  const { Policies = [] } = await iam.send(new ListPoliciesCommand({ Scope: 'AWS' }))
  const documents = new Map<string, string>()
  for (const { Arn: PolicyArn, PolicyName = '' } of Policies) {
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
    documents.set(PolicyName, decodeURIComponent(PolicyVersion?.Document ?? ''))
  }
  const cases = [
    ['AdministratorAccess', 'iam:CreateUser', 'allowed'],
    ['PowerUserAccess', 'lambda:CreateFunction', 'allowed'],
    ['PowerUserAccess', 'iam:CreateUser', 'implicitDeny'],
    ['ReadOnlyAccess', 'lambda:GetFunction', 'allowed'],
    ['ReadOnlyAccess', 'lambda:InvokeFunction', 'implicitDeny'],
    ['AWSLambda_FullAccess', 'lambda:CreateFunction', 'allowed'],
    ['AWSLambda_ReadOnlyAccess', 'lambda:ListFunctions', 'allowed'],
    ['AWSLambda_ReadOnlyAccess', 'lambda:CreateFunction', 'implicitDeny'],
    ['AWSLambdaRole', 'lambda:InvokeFunction', 'allowed'],
    ['AWSLambdaBasicExecutionRole', 'logs:PutLogEvents', 'allowed'],
    ['AWSLambdaBasicExecutionRole', 'sqs:ReceiveMessage', 'implicitDeny'],
    ['AWSLambdaSQSQueueExecutionRole', 'sqs:ReceiveMessage', 'allowed'],
    ['AWSLambdaKinesisExecutionRole', 'kinesis:GetRecords', 'allowed'],
    ['AWSLambdaDynamoDBExecutionRole', 'dynamodb:GetRecords', 'allowed'],
    ['AWSLambdaVPCAccessExecutionRole', 'ec2:CreateNetworkInterface', 'allowed'],
  ] as const
  for (const [name, action, expected] of cases) {
    const { EvaluationResults = [] } = await iam.send(
      new SimulateCustomPolicyCommand({ PolicyInputList: [documents.get(name) ?? ''], ActionNames: [action] }),
    )
    assert.deepEqual([name, action, EvaluationResults[0]?.EvalDecision], [name, action, expected])
  }
})

test('what policies cannot be is refused', async () => {
  await create('Taken')
  const big = (size: number) => allow(`s3:${'x'.repeat(size - allow('s3:').length)}`)
  await iam.send(new CreatePolicyCommand({ PolicyName: 'biggest', PolicyDocument: `${big(6144)}   ` }))
  const refusals: readonly (readonly [CreatePolicyCommandInput, Refusal])[] = [
    [
      { PolicyName: 'taken', PolicyDocument: allow('s3:*') },
      {
        code: 'EntityAlreadyExistsException',
        status: 409,
        message: 'A policy called taken already exists. Duplicate names are not allowed.',
      },
    ],
    [{ PolicyName: 'big', PolicyDocument: big(6145) }, limitExceeded('Cannot exceed quota for PolicySize: 6144')],
    [
      { PolicyName: 'bad', PolicyDocument: '{' },
      {
        code: 'MalformedPolicyDocumentException',
        status: 400,
        message: 'This policy contains invalid Json',
      },
    ],
    [
      {
        PolicyName: 'tags',
        PolicyDocument: allow('s3:*'),
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'A', Value: '2' },
        ],
      },
      {
        code: 'InvalidInputException',
        status: 400,
        message: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      },
    ],
  ]
  for (const [input, expected] of refusals)
    assert.deepEqual(await refusalOf(iam.send(new CreatePolicyCommand(input))), expected)
})

test('a user may do what its group is allowed, until it leaves', async () => {
  const credentials = await createUser(server, 'member')
  const lambda = lambdaClient(server, credentials)
  const listFunctions = () => lambda.send(new ListFunctionsCommand({}))
  await iam.send(new CreateGroupCommand({ GroupName: 'readers' }))
  const PolicyArn = 'arn:aws:iam::aws:policy/AWSLambda_ReadOnlyAccess'
  await iam.send(new AttachGroupPolicyCommand({ GroupName: 'readers', PolicyArn }))
  assert.equal((await refusalOf(listFunctions())).code, 'AccessDeniedException')
  await iam.send(new AddUserToGroupCommand({ GroupName: 'readers', UserName: 'member' }))
  await listFunctions()
  await iam.send(new DetachGroupPolicyCommand({ GroupName: 'readers', PolicyArn }))
  assert.equal((await refusalOf(listFunctions())).code, 'AccessDeniedException')
})
