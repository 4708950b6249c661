// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like that
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  GetContextKeysForCustomPolicyCommand,
  GetContextKeysForPrincipalPolicyCommand,
  type IAMClient,
  ListUsersCommand,
  PutGroupPolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  SimulateCustomPolicyCommand,
  type SimulateCustomPolicyCommandInput,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam'
import { iamClient, policy } from '../support/clients.ts'
import { refusalOf } from '../support/refusal.ts'
import { ACCOUNT, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let iam: IAMClient
before(async () => {
  server = await startTestServer()
  iam = iamClient(server)
})
after(() => server[Symbol.asyncDispose]())

const allow = (Action: string, Resource = '*', Condition?: object) => ({ Effect: 'Allow', Action, Resource, Condition })
const deny = (Action: string, Resource = '*') => ({ Effect: 'Deny', Action, Resource })
const functionArn = (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`

const simulate = async (statements: readonly object[], input: Partial<SimulateCustomPolicyCommandInput> = {}) => {
  const { EvaluationResults = [] } = await iam.send(
    new SimulateCustomPolicyCommand({
      PolicyInputList: [policy(...statements)],
      ActionNames: ['lambda:GetFunction'],
      ...input,
    }),
  )
  return EvaluationResults
}

test('a decision is allowed, implicitly or explicitly denied', async () => {
  const decisions = await simulate([allow('lambda:*'), deny('lambda:Delete*')], {
    ActionNames: ['lambda:GetFunction', 'LAMBDA:deletefunction', 's3:GetObject'],
  })
  assert.deepEqual(
    decisions.map(({ EvalActionName, EvalDecision, EvalResourceName }) => [
      EvalActionName,
      EvalDecision,
      EvalResourceName,
    ]),
    [
      ['lambda:GetFunction', 'allowed', '*'],
      ['LAMBDA:deletefunction', 'explicitDeny', '*'],
      ['s3:GetObject', 'implicitDeny', '*'],
    ],
  )
})

test('the statements that decided are told with their places', async () => {
  const pretty = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "*",
      "Resource": "*"
    },
    {
      "Sid": "no } or , here",
      "Effect": "Deny",
      "Action": "iam:*",
      "Resource": "*"
    }
  ]
}`
  const single = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"lambda:*","Resource":"*"}}'
  const results = await simulate([], {
    PolicyInputList: [pretty, single],
    ActionNames: ['lambda:GetFunction', 'iam:GetUser', 's3:GetObject'],
  })
  const places = results.map(({ MatchedStatements = [] }) =>
    MatchedStatements.map(({ SourcePolicyId, SourcePolicyType, StartPosition: start, EndPosition: end }) => [
      SourcePolicyId,
      SourcePolicyType as string,
      `${start?.Line}:${start?.Column}-${end?.Line}:${end?.Column}`,
    ]),
  )
  const first = ['PolicyInputList.1', 'IAM Policy', '3:17-8:6']
  assert.deepEqual(places, [
    [first, ['PolicyInputList.2', 'IAM Policy', '1:37-1:90']],
    [['PolicyInputList.1', 'IAM Policy', '8:7-14:6']],
    [first],
  ])
})

test('resources are told apart, and the whole is as bad as the worst', async () => {
  const ResourceArns = [functionArn('a'), functionArn('b')]
  const [result] = await simulate([allow('lambda:*', functionArn('a'))], { ResourceArns })
  assert.equal(result?.EvalDecision, 'implicitDeny')
  assert.deepEqual(
    result?.ResourceSpecificResults?.map(({ EvalResourceName, EvalResourceDecision, MatchedStatements = [] }) => [
      EvalResourceName,
      EvalResourceDecision,
      MatchedStatements.length,
    ]),
    [
      [functionArn('a'), 'allowed', 1],
      [functionArn('b'), 'implicitDeny', 0],
    ],
  )
})

test('context values that policies ask for are used, and told when they are missing', async () => {
  const statements = [
    allow('lambda:GetFunction', functionArn('${aws:PrincipalTag/Team}-*'), {
      StringEquals: { 'aws:RequestedRegion': 'us-east-1' },
      DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' },
    }),
    allow('s3:GetObject', '*', { Bool: { 'aws:SecureTransport': 'true' } }),
  ]
  const keys = ['aws:PrincipalTag/Team', 'aws:RequestedRegion', 'aws:CurrentTime']
  const ResourceArns = [functionArn('red-1')]
  const [missing] = await simulate(statements, { ResourceArns })
  assert.equal(missing?.EvalDecision, 'implicitDeny')
  assert.deepEqual([...(missing?.ResourceSpecificResults?.[0]?.MissingContextValues ?? [])].sort(), [...keys].sort())
  const ContextEntries = [
    { ContextKeyName: 'aws:principaltag/team', ContextKeyValues: ['red'], ContextKeyType: 'string' as const },
    { ContextKeyName: 'aws:RequestedRegion', ContextKeyValues: ['us-east-1'], ContextKeyType: 'string' as const },
    { ContextKeyName: 'aws:CurrentTime', ContextKeyValues: ['2021-01-01T00:00:00Z'], ContextKeyType: 'date' as const },
  ]
  const [given] = await simulate(statements, { ResourceArns, ContextEntries })
  assert.deepEqual([given?.EvalDecision, given?.ResourceSpecificResults?.[0]?.MissingContextValues], ['allowed', []])
  const { ContextKeyNames = [] } = await iam.send(
    new GetContextKeysForCustomPolicyCommand({ PolicyInputList: [policy(...statements)] }),
  )
  assert.deepEqual([...ContextKeyNames].sort(), [...keys, 'aws:SecureTransport'].sort())
})

test('a boundary limits, and its part is told', async () => {
  const boundary = { PermissionsBoundaryPolicyInputList: [policy(allow('lambda:Get*'))] }
  const results = await simulate([allow('*')], {
    ...boundary,
    ActionNames: ['lambda:GetFunction', 'lambda:DeleteFunction'],
  })
  assert.deepEqual(
    results.map(({ EvalDecision, PermissionsBoundaryDecisionDetail }) => [
      EvalDecision,
      PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
    ]),
    [
      ['allowed', true],
      ['implicitDeny', false],
    ],
  )
})

test('a resource policy has a say about the caller that is named', async () => {
  const CallerArn = `arn:aws:iam::${ACCOUNT}:user/alice`
  const ResourcePolicy = JSON.stringify({
    Statement: { ...allow('lambda:GetFunction', functionArn('f')), Principal: { AWS: CallerArn } },
  })
  const input = { ResourcePolicy, ResourceArns: [functionArn('f')] }
  const [result] = await simulate([allow('s3:*')], { ...input, CallerArn })
  assert.equal(result?.EvalDecision, 'allowed')
  const [other] = await simulate([allow('s3:*')], { ...input, CallerArn: `arn:aws:iam::${ACCOUNT}:user/bob` })
  assert.equal(other?.EvalDecision, 'implicitDeny')
})

test('the policies of a user, its groups and its boundary are simulated as they are', async () => {
  const UserName = 'simulated'
  await iam.send(new CreateUserCommand({ UserName, Path: '/team/' }))
  await iam.send(new CreateGroupCommand({ GroupName: 'crew' }))
  await iam.send(new AddUserToGroupCommand({ UserName, GroupName: 'crew' }))
  const put = (statement: object) => ({ PolicyName: 'inline', PolicyDocument: policy(statement) })
  await iam.send(
    new PutUserPolicyCommand({ UserName, ...put(allow('lambda:GetFunction', functionArn('${aws:username}'))) }),
  )
  await iam.send(new PutGroupPolicyCommand({ GroupName: 'crew', ...put(allow('lambda:InvokeFunction')) }))
  await iam.send(
    new AttachUserPolicyCommand({ UserName, PolicyArn: 'arn:aws:iam::aws:policy/AWSLambda_ReadOnlyAccess' }),
  )
  const PolicySourceArn = `arn:aws:iam::${ACCOUNT}:user/team/${UserName}`
  const results = async (ResourceArns = [functionArn('simulated')]) => {
    const { EvaluationResults = [] } = await iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn,
        ActionNames: ['lambda:GetFunction', 'lambda:InvokeFunction', 'lambda:DeleteFunction'],
        ResourceArns,
      }),
    )
    return EvaluationResults.map(({ EvalDecision, MatchedStatements = [] }) => [
      EvalDecision,
      ...MatchedStatements.map(({ SourcePolicyId }) => SourcePolicyId),
    ])
  }
  assert.deepEqual(await results(), [
    ['allowed', 'user_simulated_inline', 'AWSLambda_ReadOnlyAccess'],
    ['allowed', 'group_crew_inline'],
    ['implicitDeny'],
  ])
  await iam.send(new CreatePolicyCommand({ PolicyName: 'OnlyGet', PolicyDocument: policy(allow('lambda:Get*')) }))
  const PermissionsBoundary = `arn:aws:iam::${ACCOUNT}:policy/OnlyGet`
  await iam.send(new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary }))
  assert.deepEqual(
    (await results()).map(([decision]) => decision),
    ['allowed', 'implicitDeny', 'implicitDeny'],
  )
  const { ContextKeyNames } = await iam.send(new GetContextKeysForPrincipalPolicyCommand({ PolicySourceArn }))
  assert.deepEqual(ContextKeyNames, ['aws:username'])
})

test('what cannot be simulated is told', async () => {
  const principal = (PolicySourceArn: string) =>
    refusalOf(iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: ['s3:GetObject'] })))
  assert.deepEqual(await principal(`arn:aws:iam::${ACCOUNT}:user/nobody`), {
    code: 'NoSuchEntityException',
    status: 404,
    message: 'The user with name nobody cannot be found.',
  })
  assert.equal((await principal('arn:aws:iam::111111111111:user/theirs')).code, 'InvalidInputException')
  assert.equal((await refusalOf(simulate([], { PolicyInputList: ['{'] }))).code, 'MalformedPolicyDocumentException')
  const huge = { ActionNames: Array.from({ length: 100 }, () => 's3:GetObject') }
  const ResourceArns = Array.from({ length: 2001 }, (_, i) => functionArn(`f${i}`))
  assert.equal((await refusalOf(simulate([allow('*')], { ...huge, ResourceArns }))).code, 'InvalidInputException')
})

test('results come in pages', async () => {
  const ActionNames = ['a', 'b', 'c'].map((name) => `s3:${name}`)
  const input = { PolicyInputList: [policy(allow('s3:*'))], ActionNames }
  const first = await iam.send(new SimulateCustomPolicyCommand({ ...input, MaxItems: 2 }))
  const second = await iam.send(new SimulateCustomPolicyCommand({ ...input, Marker: first.Marker }))
  assert.deepEqual(
    [first, second].map(({ EvaluationResults = [] }) => EvaluationResults.map(({ EvalActionName }) => EvalActionName)),
    [['s3:a', 's3:b'], ['s3:c']],
  )
})

const many = (count: number, make: (at: number) => string) => Array.from({ length: count }, (_, at) => make(at))
const MANY_KINDS = [
  {
    name: 'many statements',
    statements: many(1_000, (at) => `s3:Get${at}`).map((action) => allow(action)),
    input: { ActionNames: many(201, (at) => `s3:Get${at}`), MaxItems: 300 },
  },
  {
    name: 'many patterns and a long value',
    statements: [allow('*', '*', { StringLike: { 'aws:UserAgent': many(5_000, () => '*a?b*') } })],
    input: {
      ContextEntries: [
        { ContextKeyName: 'aws:UserAgent', ContextKeyType: 'string' as const, ContextKeyValues: ['a'.repeat(100_000)] },
      ],
    },
  },
  {
    name: 'a long pattern and many questions',
    statements: [allow('*', `*${'a?'.repeat(40_000)}*`)],
    input: {
      ActionNames: many(100, (at) => `s3:Get${at}`),
      ResourceArns: many(100, (at) => `${functionArn(`f${at}`)}${'a'.repeat(1_500)}`),
    },
  },
]

for (const { name, statements, input } of MANY_KINDS)
  test(`a simulation with ${name} is refused before it takes long`, async () => {
    const { code, message } = await refusalOf(simulate(statements, input))
    assert.deepEqual(
      [code, message],
      ['InvalidInputException', 'The simulation is too large: ask about fewer actions or resources at a time.'],
    )
  })

test('others are answered while a long simulation goes on', async () => {
  const resources = many(100, (at) => functionArn(`f${at}`))
  const simulation = simulate(
    many(20, (at) => `s3:Get${at}`).map((action) => allow(action, '*-x')),
    { ActionNames: many(100, (at) => `s3:Get${at}`), ResourceArns: resources },
  ).then((results) => `${results.length} simulated`)
  const others = Promise.all(many(5, () => '/').map(() => iam.send(new ListUsersCommand({ MaxItems: 1 }))))
  assert.equal(await Promise.race([simulation, others.then(() => 'others')]), 'others')
  assert.equal(await simulation, '100 simulated')
})
