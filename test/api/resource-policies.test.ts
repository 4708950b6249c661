import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteResourcePolicyCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvocationType,
  ListTagsCommand,
  PutResourcePolicyCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-lambda'
import {
  allowUser,
  createFunction,
  createUser,
  executionRole,
  iamClient,
  invoke,
  lambdaClient,
  policy,
} from '../support/clients.ts'
import { answering, answerWith, arnOf, publishVersion } from '../support/functions.ts'
import { denied, type Refusal, refusalOf } from '../support/refusal.ts'
import { ACCOUNT, type Credentials, startTestServer, type TestServer } from '../support/server.ts'
import { zipOfFixture } from '../support/zip.ts'

let server: TestServer
let user: Credentials
const alice = `arn:aws:iam::${ACCOUNT}:user/alice`
before(async () => {
  server = await startTestServer()
  user = await createUser(server, 'alice')
  await createFunction(server, { FunctionName: 'fn', code: answering('fn') })
  await publishVersion(server, 'fn')
  await lambdaClient(server).send(new CreateAliasCommand({ FunctionName: 'fn', Name: 'live', FunctionVersion: '1' }))
})
after(() => server[Symbol.asyncDispose]())

const action = 'lambda:InvokeFunction'
const allow = (Action: string, Resource = '*', change: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...change,
})
const nothing = allow('s3:*')

const noPolicy = (who: string, resource: string, asked = action): Refusal =>
  denied(
    `User: ${who} is not authorized to perform: ${asked} on resource: ${resource} because no identity-based policy allows the ${asked} action`,
  )
const forbidden = (who: string, resource: string, kind: 'a resource-based' | 'an identity-based'): Refusal =>
  denied(
    `User: ${who} is not authorized to perform: ${action} on resource: ${resource} with an explicit deny in ${kind} policy`,
  )

const grant = (FunctionName: string, input: Partial<AddPermissionCommandInput> = {}) =>
  lambdaClient(server).send(
    new AddPermissionCommand({ FunctionName, StatementId: 's', Action: action, Principal: alice, ...input }),
  )
const revoke = (FunctionName: string, Qualifier?: string) =>
  lambdaClient(server).send(new RemovePermissionCommand({ FunctionName, StatementId: 's', Qualifier }))
const put = (ResourceArn: string, ...statements: readonly object[]) =>
  lambdaClient(server).send(new PutResourcePolicyCommand({ ResourceArn, Policy: policy(...statements) }))
const drop = (ResourceArn: string) => lambdaClient(server).send(new DeleteResourcePolicyCommand({ ResourceArn }))

for (const type of Object.values(InvocationType)) {
  test(`the policy of a function alone is enough for ${type}, until it is taken away`, async () => {
    await allowUser(server, 'alice', nothing)
    const call = () => invoke(server, 'fn', {}, { InvocationType: type }, user)
    for (let round = 0; round < 10; round++) {
      assert.deepEqual(await refusalOf(call()), noPolicy(alice, arnOf('fn')))
      await grant('fn')
      assert.equal((await call()).StatusCode, { RequestResponse: 200, Event: 202, DryRun: 204 }[type])
      await revoke('fn')
    }
    assert.deepEqual(await refusalOf(call()), noPolicy(alice, arnOf('fn')))
  })
}

test('a policy holds for what it belongs to: function, version and alias are three', async () => {
  await allowUser(server, 'alice', nothing)
  const qualifiers = [undefined, '1', 'live'] as const
  for (const granted of qualifiers) {
    await grant('fn', { Qualifier: granted })
    for (const Qualifier of [...qualifiers, '$LATEST']) {
      const call = invoke(server, 'fn', {}, { InvocationType: 'DryRun', Qualifier }, user)
      if (Qualifier === granted) assert.equal((await call).StatusCode, 204)
      else assert.deepEqual(await refusalOf(call), noPolicy(alice, arnOf(Qualifier ? `fn:${Qualifier}` : 'fn')))
    }
    await revoke('fn', granted)
  }
})

test('a permission of an alias stays with it while the alias moves on', async () => {
  await allowUser(server, 'alice', nothing)
  await createFunction(server, { FunctionName: 'moving', code: answering('v1') })
  await publishVersion(server, 'moving')
  await lambdaClient(server).send(
    new CreateAliasCommand({ FunctionName: 'moving', Name: 'live', FunctionVersion: '1' }),
  )
  await grant('moving', { Qualifier: 'live' })
  const call = (Qualifier: string) => invoke(server, 'moving', {}, { Qualifier }, user)
  assert.equal((await call('live')).payload, 'v1')
  await answerWith(server, 'moving', 'v2')
  await publishVersion(server, 'moving')
  assert.deepEqual(await refusalOf(call('2')), noPolicy(alice, arnOf('moving:2')))
  assert.equal((await call('live')).payload, 'v1')
})

test('a denial wins, whichever side says it', async () => {
  const arn = arnOf('fn')
  const call = () => invoke(server, 'fn', {}, { InvocationType: 'DryRun' }, user)
  await allowUser(server, 'alice', allow('lambda:*'))
  assert.equal((await call()).StatusCode, 204)
  await put(arn, { ...allow('lambda:*', arn), Effect: 'Deny', Principal: { AWS: alice } })
  assert.deepEqual(await refusalOf(call()), forbidden(alice, arn, 'a resource-based'))
  await put(arn, { ...allow('lambda:*', arn), Effect: 'Deny', Principal: { AWS: ACCOUNT } })
  assert.deepEqual(await refusalOf(call()), forbidden(alice, arn, 'a resource-based'))
  await put(arn, { ...allow('lambda:*', arn), Effect: 'Deny', NotPrincipal: { AWS: alice } })
  assert.equal((await call()).StatusCode, 204)
  await put(arn, allow('lambda:*', arn, { Principal: { AWS: alice } }))
  await allowUser(server, 'alice', { ...allow('lambda:*'), Effect: 'Deny' })
  assert.deepEqual(await refusalOf(call()), forbidden(alice, arn, 'an identity-based'))
  await drop(arn)
})

const principals: readonly { name: string; Principal: unknown; isEnough: boolean }[] = [
  { name: 'everybody', Principal: '*', isEnough: true },
  { name: 'everybody of AWS', Principal: { AWS: '*' }, isEnough: true },
  { name: 'the user', Principal: { AWS: alice }, isEnough: true },
  { name: 'the user among others', Principal: { AWS: [`arn:aws:iam::${ACCOUNT}:user/bob`, alice] }, isEnough: true },
  { name: 'the account, which decides itself', Principal: { AWS: ACCOUNT }, isEnough: false },
  { name: 'the account by its root', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, isEnough: false },
  { name: 'another user', Principal: { AWS: `${alice}2` }, isEnough: false },
  { name: 'the user in other letters', Principal: { AWS: alice.replace('alice', 'Alice') }, isEnough: false },
  { name: 'a service', Principal: { Service: 'lambda.amazonaws.com' }, isEnough: false },
]

test('a policy that names', async (t) => {
  const arn = arnOf('fn')
  await allowUser(server, 'alice', nothing)
  for (const { name, Principal, isEnough } of principals) {
    await t.test(`${name} is ${isEnough ? 'enough' : 'not enough'}`, async () => {
      await put(arn, allow(action, arn, { Principal }))
      const call = invoke(server, 'fn', {}, { InvocationType: 'DryRun' }, user)
      if (isEnough) assert.equal((await call).StatusCode, 204)
      else assert.deepEqual(await refusalOf(call), noPolicy(alice, arn))
    })
  }
  await drop(arn)
})

const conditions: readonly { name: string; Condition: object; isEnough: boolean }[] = [
  { name: 'the address', Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, isEnough: true },
  { name: 'another address', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, isEnough: false },
  { name: 'the name', Condition: { StringLike: { 'aws:username': 'al*' } }, isEnough: true },
  { name: 'the ARN', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/*' } }, isEnough: true },
  { name: 'the account', Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } }, isEnough: true },
  { name: 'the kind', Condition: { StringEquals: { 'aws:PrincipalType': 'User' } }, isEnough: true },
  { name: "the resource's account", Condition: { StringEquals: { 'aws:ResourceAccount': ACCOUNT } }, isEnough: true },
  { name: 'the region', Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, isEnough: true },
  { name: 'a later time', Condition: { DateGreaterThan: { 'aws:CurrentTime': '2100-01-01' } }, isEnough: false },
  { name: 'TLS', Condition: { Bool: { 'aws:SecureTransport': 'true' } }, isEnough: false },
  { name: 'no service', Condition: { Bool: { 'aws:PrincipalIsAWSService': 'false' } }, isEnough: true },
  { name: 'a source', Condition: { ArnLike: { 'aws:SourceArn': '*' } }, isEnough: false },
  { name: "a function's keys", Condition: { ArnLike: { 'lambda:SourceFunctionArn': '*' } }, isEnough: false },
  { name: 'a client', Condition: { StringLike: { 'aws:UserAgent': 'aws-sdk-js/*' } }, isEnough: true },
  { name: 'a tag of the function', Condition: { StringEquals: { 'aws:ResourceTag/stage': 'test' } }, isEnough: true },
  { name: 'a tag of the user', Condition: { Null: { 'aws:PrincipalTag/team': 'true' } }, isEnough: true },
]

test('a policy that asks for', async (t) => {
  const arn = arnOf('fn')
  await lambdaClient(server).send(new TagResourceCommand({ Resource: arn, Tags: { stage: 'test' } }))
  await allowUser(server, 'alice', nothing)
  for (const { name, Condition, isEnough } of conditions) {
    await t.test(`${name} is ${isEnough ? 'satisfied' : 'not satisfied'}`, async () => {
      await put(arn, allow(action, arn, { Principal: { AWS: alice }, Condition }))
      const call = invoke(server, 'fn', {}, { InvocationType: 'DryRun' }, user)
      if (isEnough) assert.equal((await call).StatusCode, 204)
      else assert.deepEqual(await refusalOf(call), noPolicy(alice, arn))
    })
  }
  await drop(arn)
})

test('a policy opens other operations too, each by its name and on the resource that it is about', async () => {
  const arn = arnOf('fn')
  await allowUser(server, 'alice', nothing)
  const client = lambdaClient(server, user)
  const get = (Qualifier?: string) =>
    client.send(new GetFunctionConfigurationCommand({ FunctionName: 'fn', Qualifier }))
  await put(arn, allow('lambda:GetFunctionConfiguration', arn, { Principal: '*' }))
  assert.equal((await get()).FunctionName, 'fn')
  assert.deepEqual(await refusalOf(get('live')), noPolicy(alice, arnOf('fn:live'), 'lambda:GetFunctionConfiguration'))
  assert.deepEqual(await refusalOf(invoke(server, 'fn', {}, {}, user)), noPolicy(alice, arn))
  const tags = client.send(new ListTagsCommand({ Resource: arn }))
  assert.deepEqual(await refusalOf(tags), noPolicy(alice, arn, 'lambda:ListTags'))
  // The tags of a version are those of its function, which is asked for them.
  await put(arn, allow('lambda:ListTags', arn, { Principal: '*' }))
  await put(arnOf('fn:live'), allow('lambda:GetFunction', arnOf('fn:live'), { Principal: '*' }))
  const shown = await client.send(new GetFunctionCommand({ FunctionName: 'fn:live' }))
  assert.deepEqual(shown.Tags, { stage: 'test' })
  await drop(arn)
  await drop(arnOf('fn:live'))
})

test("a function's keys are its role's, and tell which function has them", async () => {
  const RoleName = 'own-role'
  await createFunction(server, {
    FunctionName: 'source',
    code: 'context-node',
    Role: await executionRole(server, RoleName),
  })
  const { environment } = (await invoke(server, 'source')).payload
  const credentials = {
    accessKeyId: environment.AWS_ACCESS_KEY_ID,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
    sessionToken: environment.AWS_SESSION_TOKEN,
  }
  const session = `arn:aws:sts::${ACCOUNT}:assumed-role/${RoleName}/source`
  const role = `arn:aws:iam::${ACCOUNT}:role/${RoleName}`
  const call = () => invoke(server, 'fn', {}, { InvocationType: 'DryRun' }, credentials)
  assert.deepEqual(await refusalOf(call()), noPolicy(session, arnOf('fn')))
  for (const principal of [role, session]) {
    await grant('fn', { Principal: principal })
    assert.equal((await call()).StatusCode, 204)
    await revoke('fn')
  }
  const onlyFrom = (arn: string) => ({
    RoleName,
    PolicyName: 'invoke',
    PolicyDocument: policy(allow(action, '*', { Condition: { ArnEquals: { 'lambda:SourceFunctionArn': arn } } })),
  })
  const iam = iamClient(server)
  await iam.send(new PutRolePolicyCommand(onlyFrom(arnOf('other'))))
  assert.deepEqual(await refusalOf(call()), noPolicy(session, arnOf('fn')))
  await iam.send(new PutRolePolicyCommand(onlyFrom(arnOf('source'))))
  assert.equal((await call()).StatusCode, 204)
})

test('who may give permissions can be limited to whom and how', async () => {
  const give = (input: Partial<AddPermissionCommandInput>) =>
    lambdaClient(server, user).send(
      new AddPermissionCommand({
        FunctionName: 'fn:live',
        StatementId: 's',
        Action: 'lambda:InvokeFunctionUrl',
        Principal: '*',
        ...input,
      }),
    )
  const takeAway = () =>
    lambdaClient(server, user).send(new RemovePermissionCommand({ FunctionName: 'fn:live', StatementId: 's' }))
  const Condition = {
    StringEquals: { 'lambda:Principal': 's3.amazonaws.com' },
    StringNotEqualsIfExists: { 'lambda:FunctionUrlAuthType': 'NONE' },
  }
  const resource = arnOf('fn:live')
  await allowUser(
    server,
    'alice',
    allow('lambda:AddPermission', resource, { Condition }),
    allow('lambda:RemovePermission', resource, { Condition }),
  )
  assert.deepEqual(await refusalOf(give({})), noPolicy(alice, resource, 'lambda:AddPermission'))
  const open = give({ Principal: 's3.amazonaws.com', FunctionUrlAuthType: 'NONE' })
  assert.deepEqual(await refusalOf(open), noPolicy(alice, resource, 'lambda:AddPermission'))
  await give({ Principal: 's3.amazonaws.com', FunctionUrlAuthType: 'AWS_IAM' })
  await takeAway()
  await grant('fn', { Qualifier: 'live', Principal: '*' })
  assert.deepEqual(await refusalOf(takeAway()), noPolicy(alice, resource, 'lambda:RemovePermission'))
  await revoke('fn', 'live')
})

test('who may grant something to one service may grant it to nobody beside it', async () => {
  const Condition = { StringEquals: { 'lambda:Principal': 's3.amazonaws.com' } }
  const changes = ['PutResourcePolicy', 'DeleteResourcePolicy', 'RemovePermission'].map((name) => `lambda:${name}`)
  const granter = await createUser(server, 'granter', ...changes.map((name) => allow(name, '*', { Condition })))
  const client = lambdaClient(server, granter)
  const resource = arnOf('fn')
  const s3 = { Service: 's3.amazonaws.com' }
  const naming = (...principals: readonly unknown[]) =>
    policy(...principals.map((Principal, at) => ({ ...allow(action, resource), Sid: `s${at}`, Principal })))
  const write = (Policy: string) => client.send(new PutResourcePolicyCommand({ ResourceArn: resource, Policy }))
  const refusal = (name: string) => noPolicy(`arn:aws:iam::${ACCOUNT}:user/granter`, resource, name)
  const severals = [
    [s3, '*'],
    ['*', s3],
    [{ ...s3, AWS: alice }],
    [{ Service: ['s3.amazonaws.com', 'sns.amazonaws.com'] }],
  ]
  for (const several of severals)
    assert.deepEqual(await refusalOf(write(naming(...several))), refusal('lambda:PutResourcePolicy'))
  await lambdaClient(server).send(
    new PutResourcePolicyCommand({ ResourceArn: resource, Policy: naming({ ...s3, AWS: alice }) }),
  )
  const drop = () => client.send(new DeleteResourcePolicyCommand({ ResourceArn: resource }))
  const remove = () => client.send(new RemovePermissionCommand({ FunctionName: 'fn', StatementId: 's0' }))
  assert.deepEqual(await refusalOf(drop()), refusal('lambda:DeleteResourcePolicy'))
  assert.deepEqual(await refusalOf(remove()), refusal('lambda:RemovePermission'))
  await write(naming(s3, s3))
  await remove()
  await drop()
})

test('tags of a request can be asked for', async () => {
  const Role = await executionRole(server)
  const create = (Tags?: Record<string, string>) =>
    lambdaClient(server, user).send(
      new CreateFunctionCommand({
        FunctionName: 'tagged',
        Role,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: zipOfFixture('echo-node') },
        ...(Tags && { Tags }),
      }),
    )
  await allowUser(
    server,
    'alice',
    allow('iam:PassRole'),
    allow('lambda:TagResource'),
    allow('lambda:UntagResource', '*', { Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['b'] } } }),
    allow('lambda:CreateFunction', '*', {
      Condition: {
        StringEquals: { 'aws:RequestTag/team': 'blue' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'b'] },
        Null: { 'lambda:Layer': 'true', 'lambda:VpcIds': 'true' },
      },
    }),
  )
  const refusal = noPolicy(alice, arnOf('tagged'), 'lambda:CreateFunction')
  assert.deepEqual(await refusalOf(create()), refusal)
  assert.deepEqual(await refusalOf(create({ team: 'red' })), refusal)
  assert.deepEqual(await refusalOf(create({ team: 'blue', c: 'd' })), refusal)
  await create({ team: 'blue', b: 'c' })
  const untag = (key: string) =>
    lambdaClient(server, user).send(new UntagResourceCommand({ Resource: arnOf('tagged'), TagKeys: [key] }))
  assert.deepEqual(await refusalOf(untag('team')), noPolicy(alice, arnOf('tagged'), 'lambda:UntagResource'))
  await untag('b')
})

test('a policy holds from the first request of a server that starts again', async () => {
  await using first = await startTestServer()
  await createFunction(first, { FunctionName: 'kept', code: answering('kept') })
  const granted = await createUser(first, 'granted')
  const denied = await createUser(first, 'denied', allow('lambda:*'))
  const ResourceArn = arnOf('kept')
  const Policy = policy(allow(action, ResourceArn, { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/granted` } }), {
    ...allow(action, ResourceArn),
    Effect: 'Deny',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/denied` },
  })
  await lambdaClient(first).send(new PutResourcePolicyCommand({ ResourceArn, Policy }))
  const { dataDirectory } = first
  await first.stop()
  await using second = await startTestServer({ dataDirectory })
  const [allowed, refused] = await Promise.all([
    invoke(second, 'kept', {}, {}, granted),
    refusalOf(invoke(second, 'kept', {}, {}, denied)),
  ])
  assert.equal(allowed.payload, 'kept')
  assert.deepEqual(refused, forbidden(`arn:aws:iam::${ACCOUNT}:user/denied`, ResourceArn, 'a resource-based'))
})
