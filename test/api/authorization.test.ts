import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateRoleCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import {
  CreateCodeSigningConfigCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvocationType,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  ListFunctionsCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { handlers, notYet } from '#operations'
import { type Attempt, attemptsAtTarget } from '../support/attempts.ts'
import { attemptsAtSettings } from '../support/attempts-at-settings.ts'
import { attemptsAtCapacity } from '../support/capacity-attempts.ts'
import { makeManaged } from '../support/capacity-providers.ts'
import {
  allowUser,
  createFunction,
  createUser,
  executionRole,
  iamClient,
  invoke,
  lambdaClient,
  logsClient,
  stsClient,
  TRUST_LAMBDA,
  untilUpdated,
} from '../support/clients.ts'
import { AllowedPublishers, attemptsAtCodeSigning } from '../support/code-signing-attempts.ts'
import { denied, type Refusal, refusalOf } from '../support/refusal.ts'
import { ACCOUNT, type Credentials, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { zipOfFixture } from '../support/zip.ts'

let server: TestServer
let Role: string
let configArn: string
before(async () => {
  server = await startTestServer()
  Role = await executionRole(server)
  await createFunction(server, { FunctionName: 'target', code: 'echo-node' })
  await makeManaged(server)
  const { CodeSigningConfig } = await lambdaClient(server).send(
    new CreateCodeSigningConfigCommand({ AllowedPublishers }),
  )
  configArn = CodeSigningConfig?.CodeSigningConfigArn ?? ''
})
after(() => server[Symbol.asyncDispose]())

const arn = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`
const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`
const allow = (Action: string | string[], Resource: string | string[] = '*') => ({ Effect: 'Allow', Action, Resource })
const deny = (Action: string | string[], Resource: string | string[] = '*') => ({ Effect: 'Deny', Action, Resource })

const notAllowed = (who: string, action: string, resource: string): Refusal =>
  denied(
    `User: ${who} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  )
const explicitlyDenied = (who: string, action: string, resource: string): Refusal =>
  denied(
    `User: ${who} is not authorized to perform: ${action} on resource: ${resource} with an explicit deny in an identity-based policy`,
  )

const ZipFile = zipOfFixture('echo-node')
const passRole = allow('iam:PassRole', `arn:aws:iam::${ACCOUNT}:role/test-role`)
const newFunction = () => ({ Role, Runtime: 'nodejs22.x', Handler: 'index.handler', Code: { ZipFile } }) as const

const attempts: Readonly<Record<string, Attempt>> = {
  CreateFunction: {
    action: 'lambda:CreateFunction',
    resource: arn('made'),
    send: (client) => client.send(new CreateFunctionCommand({ FunctionName: 'made', ...newFunction() })),
    also: [passRole],
  },
  GetFunction: {
    action: 'lambda:GetFunction',
    resource: arn('target'),
    send: (client) => client.send(new GetFunctionCommand({ FunctionName: 'target' })),
  },
  GetFunctionConfiguration: {
    action: 'lambda:GetFunctionConfiguration',
    resource: arn('target:$LATEST'),
    send: (client) =>
      client.send(new GetFunctionConfigurationCommand({ FunctionName: 'target', Qualifier: '$LATEST' })),
  },
  Invoke: {
    action: 'lambda:InvokeFunction',
    resource: arn('target'),
    send: (client) => client.send(new InvokeCommand({ FunctionName: arn('target') })),
  },
  InvokeWithResponseStream: {
    action: 'lambda:InvokeFunction',
    resource: arn('target'),
    send: (client) => client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'target' })),
  },
  ListFunctions: {
    action: 'lambda:ListFunctions',
    resource: '*',
    send: (client) => client.send(new ListFunctionsCommand({})),
  },
  UpdateFunctionCode: {
    action: 'lambda:UpdateFunctionCode',
    resource: arn('target'),
    send: (client) => client.send(new UpdateFunctionCodeCommand({ FunctionName: 'target', ZipFile })),
  },
  UpdateFunctionConfiguration: {
    action: 'lambda:UpdateFunctionConfiguration',
    resource: arn('target'),
    send: async (client) => {
      await untilUpdated(server, 'target')
      await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'target', Timeout: 10 }))
      await untilUpdated(server, 'target')
    },
  },
  ...attemptsAtTarget,
  ...attemptsAtSettings,
  ...attemptsAtCodeSigning(() => configArn),
  ...attemptsAtCapacity,
  DeleteFunction: {
    action: 'lambda:DeleteFunction',
    resource: arn('made'),
    send: (client) => client.send(new DeleteFunctionCommand({ FunctionName: 'made' })),
  },
}

test('every operation that has a handler is tried here', () => {
  const implemented = Object.entries(handlers).flatMap(([name, handler]) => (handler === notYet ? [] : [name]))
  assert.deepEqual(Object.keys(attempts).sort(), implemented.sort())
})

for (const [name, { action, resource: named, send, also = [] }] of Object.entries(attempts)) {
  test(`${name} needs a policy that allows ${action}`, async () => {
    const resource = typeof named === 'string' ? named : named()
    const user = `tries-${name}`
    const credentials = await createUser(server, user)
    const client = lambdaClient(server, credentials)
    assert.deepEqual(await refusalOf(send(client)), notAllowed(userArn(user), action, resource))
    await allowUser(server, user, allow(action, `${resource}-other`), ...also)
    assert.deepEqual(await refusalOf(send(client)), notAllowed(userArn(user), action, resource))
    await allowUser(server, user, { Effect: 'Allow', NotAction: action, Resource: '*' })
    assert.deepEqual(await refusalOf(send(client)), notAllowed(userArn(user), action, resource))
    await allowUser(server, user, allow(action, resource), ...also)
    await send(client)
  })
}

for (const type of Object.values(InvocationType)) {
  test(`an invocation of the type ${type} is refused without a policy and made with one`, async () => {
    const user = `invokes-${type}`
    const credentials = await createUser(server, user)
    const attempt = () => invoke(server, 'target', {}, { InvocationType: type }, credentials)
    const refusal = notAllowed(userArn(user), 'lambda:InvokeFunction', arn('target'))
    assert.deepEqual(await refusalOf(attempt()), refusal)
    await allowUser(server, user, allow('lambda:InvokeFunction', arn('target')))
    assert.equal((await attempt()).StatusCode, { RequestResponse: 200, Event: 202, DryRun: 204 }[type])
    await allowUser(server, user, allow('lambda:InvokeFunction', arn('another')))
    assert.deepEqual(await refusalOf(attempt()), refusal)
  })
}

test('whoever may not ask does not learn whether a function exists', async () => {
  const credentials = await createUser(server, 'curious')
  const refusal = notAllowed(userArn('curious'), 'lambda:InvokeFunction', arn('missing'))
  assert.deepEqual(await refusalOf(invoke(server, 'missing', {}, {}, credentials)), refusal)
})

type Check = 'allowed' | 'not allowed' | 'denied'
const policies: readonly { name: string; statements: readonly object[]; qualifier?: string; expected: Check }[] = [
  { name: 'a star for everything', statements: [allow('*')], expected: 'allowed' },
  { name: 'a star for the service', statements: [allow('lambda:*')], expected: 'allowed' },
  { name: 'the action in other letters', statements: [allow('LAMBDA:invokefunction')], expected: 'allowed' },
  { name: 'a part of the action with a star', statements: [allow('lambda:Invoke*', arn('tar*'))], expected: 'allowed' },
  {
    name: 'a question mark for a letter',
    statements: [allow('lambda:InvokeFunctio?', arn('targe?'))],
    expected: 'allowed',
  },
  { name: 'the resource in other letters', statements: [allow('lambda:*', arn('TARGET'))], expected: 'not allowed' },
  { name: 'the action of another service', statements: [allow('s3:*')], expected: 'not allowed' },
  {
    name: 'everything but the action',
    statements: [{ Effect: 'Allow', NotAction: 'lambda:InvokeFunction', Resource: '*' }],
    expected: 'not allowed',
  },
  {
    name: 'everything but another action',
    statements: [{ Effect: 'Allow', NotAction: 'lambda:GetFunction', Resource: '*' }],
    expected: 'allowed',
  },
  {
    name: 'everywhere but here',
    statements: [{ Effect: 'Allow', Action: '*', NotResource: arn('target') }],
    expected: 'not allowed',
  },
  { name: 'an allowance and a denial', statements: [allow('*'), deny('lambda:InvokeFunction')], expected: 'denied' },
  {
    name: 'a denial and then an allowance',
    statements: [deny('lambda:*', arn('target')), allow('*')],
    expected: 'denied',
  },
  { name: 'a denial of something else', statements: [allow('*'), deny('lambda:DeleteFunction')], expected: 'allowed' },
  {
    name: 'the function itself, for a qualified request',
    statements: [allow('lambda:*', arn('target'))],
    qualifier: '$LATEST',
    expected: 'not allowed',
  },
  {
    name: 'the qualified function, for an unqualified request',
    statements: [allow('lambda:*', arn('target:*'))],
    expected: 'not allowed',
  },
  {
    name: 'the qualified function, for a qualified request',
    statements: [allow('lambda:*', arn('target:$LATEST'))],
    qualifier: '$LATEST',
    expected: 'allowed',
  },
  {
    name: 'any qualifier',
    statements: [allow('lambda:*', arn('target:*'))],
    qualifier: '$LATEST',
    expected: 'allowed',
  },
  {
    name: 'a variable with the name of the user',
    statements: [allow('lambda:*', arn('$' + '{aws:username}'))],
    expected: 'not allowed',
  },
  {
    name: 'a condition on the address that holds',
    statements: [{ ...allow('*'), Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } } }],
    expected: 'allowed',
  },
  {
    name: 'a condition on the address that does not hold',
    statements: [{ ...allow('*'), Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }],
    expected: 'not allowed',
  },
  {
    name: 'a condition on the user that holds',
    statements: [{ ...allow('*'), Condition: { StringEquals: { 'aws:username': 'judged' } } }],
    expected: 'allowed',
  },
  {
    name: 'a denial to who comes without TLS',
    statements: [allow('*'), { ...deny('*'), Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
    expected: 'denied',
  },
]

test('a policy allows what it says', async (t) => {
  const credentials = await createUser(server, 'judged')
  for (const { name, statements, qualifier, expected } of policies) {
    await t.test(`${name}: ${expected}`, async () => {
      await allowUser(server, 'judged', ...statements)
      const input = { InvocationType: 'DryRun', ...(qualifier && { Qualifier: qualifier }) } as const
      const attempt = invoke(server, 'target', {}, input, credentials)
      const resource = arn(qualifier ? `target:${qualifier}` : 'target')
      if (expected === 'allowed') assert.equal((await attempt).StatusCode, 204)
      else {
        const sentence = expected === 'denied' ? explicitlyDenied : notAllowed
        assert.deepEqual(await refusalOf(attempt), sentence(userArn('judged'), 'lambda:InvokeFunction', resource))
      }
    })
  }
})

test('a variable in a policy opens to each user the functions of that user', async () => {
  const credentials = await createUser(server, 'target', allow('lambda:InvokeFunction', arn('$' + '{aws:username}')))
  assert.equal((await invoke(server, 'target', {}, { InvocationType: 'DryRun' }, credentials)).StatusCode, 204)
})

test('what is allowed and what is taken away holds from the next request on', async () => {
  const UserName = 'changing'
  const credentials = await createUser(server, UserName)
  const iam = iamClient(server)
  const attempt = () => invoke(server, 'target', {}, { InvocationType: 'DryRun' }, credentials)
  for (let round = 0; round < 20; round++) {
    await allowUser(server, UserName, allow('lambda:InvokeFunction'))
    assert.equal((await attempt()).StatusCode, 204)
    await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: 'all' }))
    assert.equal((await refusalOf(attempt())).code, 'AccessDeniedException')
  }
})

test('a key that is deleted is not known any more', async () => {
  const UserName = 'keyless'
  const credentials = await createUser(server, UserName, allow('*'))
  assert.equal((await invoke(server, 'target', {}, { InvocationType: 'DryRun' }, credentials)).StatusCode, 204)
  await iamClient(server).send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: credentials.accessKeyId }))
  const { code } = await refusalOf(invoke(server, 'target', {}, {}, credentials))
  assert.equal(code, 'UnrecognizedClientException')
})

test('a role is passed on only by who may pass it, to the service that is meant', async () => {
  const UserName = 'passing'
  const credentials = await createUser(server, UserName, allow('lambda:*'))
  const client = lambdaClient(server, credentials)
  const create = () => client.send(new CreateFunctionCommand({ FunctionName: 'passed', ...newFunction() }))
  const update = () => client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'target', Role }))
  const refusal = notAllowed(userArn(UserName), 'iam:PassRole', Role)
  const passedTo = (service: string) => ({ Condition: { StringEquals: { 'iam:PassedToService': service } } })
  assert.deepEqual(await refusalOf(create()), refusal)
  assert.deepEqual(await refusalOf(update()), refusal)
  await allowUser(server, UserName, allow('lambda:*'), { ...passRole, ...passedTo('ec2.amazonaws.com') })
  assert.deepEqual(await refusalOf(create()), refusal)
  await allowUser(server, UserName, allow('lambda:*'), allow('iam:PassRole', `${Role}-other`))
  assert.deepEqual(await refusalOf(create()), refusal)
  await allowUser(server, UserName, allow('lambda:*'), { ...passRole, ...passedTo('lambda.amazonaws.com') })
  await create()
  await untilUpdated(server, 'target')
  await update()
  await untilUpdated(server, 'target')
  // Without a role there is nothing to pass on.
  await allowUser(server, UserName, allow('lambda:*'))
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'target', Timeout: 10 }))
  await untilUpdated(server, 'target')
})

test('IAM and CloudWatch Logs refuse in their own forms', async () => {
  const credentials = await createUser(server, 'plain')
  const users = await refusalOf(iamClient(server, credentials).send(new ListUsersCommand({})))
  assert.deepEqual(users, {
    ...notAllowed(userArn('plain'), 'iam:ListUsers', `arn:aws:iam::${ACCOUNT}:user/`),
    code: 'AccessDenied',
  })
  const groups = await refusalOf(logsClient(server, credentials).send(new DescribeLogGroupsCommand({})))
  assert.equal(groups.code, 'AccessDeniedException')
  assert.match(groups.message, /is not authorized to perform: logs:DescribeLogGroups on resource: /)
})

const identityOf = async (credentials?: Credentials) => {
  const { $metadata: _, ...identity } = await stsClient(server, credentials).send(new GetCallerIdentityCommand({}))
  return identity
}

test('the root user and a user are told who they are, even if everything is denied', async () => {
  assert.deepEqual(await identityOf(), { Account: ACCOUNT, UserId: ACCOUNT, Arn: `arn:aws:iam::${ACCOUNT}:root` })
  const { UserId, ...identity } = await identityOf(await createUser(server, 'somebody', deny('*')))
  assert.match(UserId ?? '', /^AIDA[A-Z2-7]{17}$/)
  assert.deepEqual(identity, { Account: ACCOUNT, Arn: userArn('somebody') })
})

/** The keys that a function finds in its environment. */
async function keysOf(name: string): Promise<Credentials & { readonly sessionToken: string }> {
  const { environment } = (await invoke(server, name)).payload
  return {
    accessKeyId: environment.AWS_ACCESS_KEY_ID,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
    sessionToken: environment.AWS_SESSION_TOKEN,
  }
}

test("a function's keys are a session of its role, which may do what the role's policies allow", async () => {
  const RoleName = 'worker'
  const session = `arn:aws:sts::${ACCOUNT}:assumed-role/worker/self`
  await createFunction(server, {
    FunctionName: 'self',
    code: 'context-node',
    Role: await executionRole(server, RoleName),
  })
  const credentials = await keysOf('self')
  const { UserId, ...identity } = await identityOf(credentials)
  assert.match(UserId ?? '', /^AROA[A-Z2-7]{17}:self$/)
  assert.deepEqual(identity, { Account: ACCOUNT, Arn: session })

  const iam = iamClient(server)
  const call = () => invoke(server, 'target', { from: 'self' }, {}, credentials)
  const refusal = notAllowed(session, 'lambda:InvokeFunction', arn('target'))
  assert.deepEqual(await refusalOf(call()), refusal)
  const document = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
  const named = { RoleName, PolicyName: 'invoke' }
  const PolicyDocument = document(allow('lambda:InvokeFunction', arn('target')))
  await iam.send(new PutRolePolicyCommand({ ...named, PolicyDocument }))
  assert.deepEqual((await call()).payload, { from: 'self' })
  const list = lambdaClient(server, credentials).send(new ListFunctionsCommand({}))
  assert.deepEqual(await refusalOf(list), notAllowed(session, 'lambda:ListFunctions', '*'))
  await iam.send(new DeleteRolePolicyCommand(named))
  assert.deepEqual(await refusalOf(call()), refusal)
})

test("a function's keys are worth nothing without their token, or with another's", async () => {
  await createFunction(server, { FunctionName: 'token-a', code: 'context-node' })
  await createFunction(server, { FunctionName: 'token-b', code: 'context-node' })
  const { sessionToken, ...keys } = await keysOf('token-a')
  const other = await keysOf('token-b')
  for (const credentials of [
    keys,
    { ...keys, sessionToken: other.sessionToken },
    { ...keys, sessionToken: `${sessionToken}x` },
  ]) {
    const { code } = await refusalOf(identityOf(credentials))
    assert.equal(code, 'InvalidClientTokenId')
  }
  assert.match((await identityOf({ ...keys, sessionToken })).Arn ?? '', /assumed-role\/test-role\/token-a$/)
})

test('every environment has keys of its own', async () => {
  await createFunction(server, { FunctionName: 'renewed', code: 'context-node' })
  const before = await keysOf('renewed')
  const client = lambdaClient(server)
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'renewed', Timeout: 9 }))
  await untilUpdated(server, 'renewed')
  const after = await keysOf('renewed')
  assert.notEqual(after.accessKeyId, before.accessKeyId)
  assert.notEqual(after.sessionToken, before.sessionToken)
})

test('the session of a function whose name is one letter has a longer name', async () => {
  await createFunction(server, { FunctionName: 'f', code: 'context-node' })
  assert.equal(
    (await identityOf(await keysOf('f'))).Arn,
    `arn:aws:sts::${ACCOUNT}:assumed-role/test-role/f@lambda_function`,
  )
})

test('the sessions of a role end with the role', async () => {
  const iam = iamClient(server)
  await iam.send(new CreateRoleCommand({ RoleName: 'brief', AssumeRolePolicyDocument: TRUST_LAMBDA }))
  await createFunction(server, {
    FunctionName: 'orphan',
    code: 'context-node',
    Role: `arn:aws:iam::${ACCOUNT}:role/brief`,
  })
  const credentials = await keysOf('orphan')
  await iam.send(new DeleteRoleCommand({ RoleName: 'brief' }))
  assert.equal((await refusalOf(identityOf(credentials))).code, 'InvalidClientTokenId')
})
