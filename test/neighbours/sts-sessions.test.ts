import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam'
import { ListAliasesCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  type Credentials as StsCredentials,
} from '@aws-sdk/client-sts'
import { createFunction, createUser, iamClient, invoke, lambdaClient, policy, stsClient } from '../support/clients.ts'
import { type Refusal, refusalOf } from '../support/refusal.ts'
import { ACCOUNT, type Credentials, startTestServer, type TestServer } from '../support/server.ts'

const dataDirectory = mkdtempSync(join(tmpdir(), 'lambent-sts-'))
let server: TestServer
/** May assume every role whose trust policy names the account. */
let alice: Credentials
before(async () => {
  server = await startTestServer({ dataDirectory })
  const Action = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']
  alice = await createUser(server, 'alice', { Effect: 'Allow', Action, Resource: '*' })
})
after(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(dataDirectory, { recursive: true })
})

const ALL = { Effect: 'Allow', Action: 'lambda:*', Resource: '*' }
const trust = (statement: object = {}) =>
  policy({
    Effect: 'Allow',
    Principal: { AWS: ACCOUNT },
    Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
    ...statement,
  })
const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`

/** A role that may do what the statements say. */
async function role(RoleName: string, AssumeRolePolicyDocument = trust(), ...statements: readonly object[]) {
  const iam = iamClient(server)
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  if (statements.length > 0)
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: policy(...statements) }))
}

type Input = Partial<AssumeRoleCommandInput>

const keysOf = (credentials: StsCredentials | undefined) => ({
  accessKeyId: credentials?.AccessKeyId ?? '',
  secretAccessKey: credentials?.SecretAccessKey ?? '',
  sessionToken: credentials?.SessionToken ?? '',
})

const assume = (name: string, input: Input = {}, credentials = alice) =>
  stsClient(server, credentials).send(
    new AssumeRoleCommand({ RoleArn: roleArn(name), RoleSessionName: 'session-1', ...input }),
  )
const keysFor = async (...of: Parameters<typeof assume>) => keysOf((await assume(...of)).Credentials)

const notAuthorized = (who: string, action: string, resource: string): Refusal => ({
  code: 'AccessDenied',
  status: 403,
  message: `User: ${who} is not authorized to perform: ${action} on resource: ${resource}`,
})
const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`

/** They were issued for so long, between that time and now. */
function assertLasts(
  credentials: { readonly Expiration?: Date | undefined } | undefined,
  seconds: number,
  fromMs: number,
) {
  const issuedMs = Number(credentials?.Expiration) - seconds * 1000
  // Shown in whole seconds.
  assert(issuedMs > fromMs - 1000 && issuedMs < Date.now() + 1000, `${credentials?.Expiration}`)
}

test('a role is assumed, and its session may do what the role may', async () => {
  await role('Worker', trust(), ALL)
  const beforeMs = Date.now()
  const { Credentials, AssumedRoleUser, PackedPolicySize } = await assume('Worker', { DurationSeconds: 900 })
  assert.match(Credentials?.AccessKeyId ?? '', /^ASIA[A-Z2-7]{16}$/)
  assertLasts(Credentials, 900, beforeMs)
  assert.equal(AssumedRoleUser?.Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/Worker/session-1`)
  assert.match(AssumedRoleUser?.AssumedRoleId ?? '', /^AROA[A-Z2-7]{17}:session-1$/)
  assert.equal(PackedPolicySize, undefined)
  const keys = keysOf(Credentials)
  await lambdaClient(server, keys).send(new ListFunctionsCommand({}))
  const identity = await stsClient(server, keys).send(new GetCallerIdentityCommand({}))
  assert.deepEqual([identity.Arn, identity.UserId], [AssumedRoleUser?.Arn, AssumedRoleUser?.AssumedRoleId])
  const { Account } = await stsClient(server).send(new GetAccessKeyInfoCommand({ AccessKeyId: keys.accessKeyId }))
  assert.equal(Account, ACCOUNT)
})

test('a session outlives a server that is killed', async () => {
  await role('survivor', trust(), ALL)
  const keys = await keysFor('survivor')
  await server.kill()
  server = await startTestServer({ dataDirectory })
  await lambdaClient(server, keys).send(new ListFunctionsCommand({}))
})

test('changed keys, tokens and ids are not taken', async () => {
  await role('forged', trust(), ALL)
  const [keys, others] = [await keysFor('forged'), await keysFor('forged')]
  const invalid = 'The security token included in the request is invalid.'
  const attempts: readonly (readonly [Credentials, string, string])[] = [
    [{ ...keys, sessionToken: others.sessionToken }, 'UnrecognizedClientException', invalid],
    [{ ...keys, sessionToken: `${keys.sessionToken.slice(0, -4)}AAAA` }, 'UnrecognizedClientException', invalid],
    [{ ...keys, sessionToken: 'k1.AAAA' }, 'UnrecognizedClientException', invalid],
    [{ accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey }, 'UnrecognizedClientException', invalid],
    [{ ...alice, sessionToken: keys.sessionToken }, 'UnrecognizedClientException', invalid],
    [{ ...keys, secretAccessKey: others.secretAccessKey }, 'InvalidSignatureException', 'The request signature'],
  ]
  for (const [credentials, code, message] of attempts) {
    const refusal = await refusalOf(lambdaClient(server, credentials).send(new ListFunctionsCommand({})))
    assert.deepEqual([refusal.code, refusal.status], [code, 403])
    assert(refusal.message.startsWith(message))
  }
  await lambdaClient(server, keys).send(new ListFunctionsCommand({}))
})

test('a session ends with its role, and is not one of a role that is made later', async () => {
  await role('mortal', trust(), ALL)
  const keys = await keysFor('mortal')
  const iam = iamClient(server)
  await iam.send(new DeleteRolePolicyCommand({ RoleName: 'mortal', PolicyName: 'p' }))
  const listFunctions = () => lambdaClient(server, keys).send(new ListFunctionsCommand({}))
  assert.equal((await refusalOf(listFunctions())).code, 'AccessDeniedException')
  await iam.send(new DeleteRoleCommand({ RoleName: 'mortal' }))
  assert.equal((await refusalOf(listFunctions())).code, 'UnrecognizedClientException')
  await role('mortal', trust(), ALL)
  assert.equal((await refusalOf(listFunctions())).code, 'UnrecognizedClientException')
})

test('whom a trust policy does not let in is told the same as when there is no such role', async () => {
  await role('closed', trust({ Principal: { AWS: roleArn('Worker') } }))
  for (const name of ['closed', 'nowhere'])
    assert.deepEqual(await refusalOf(assume(name)), notAuthorized(ALICE, 'sts:AssumeRole', roleArn(name)))
})

test('a trust policy that names the account leaves it to the policies of the user', async () => {
  await role('delegated')
  const nobody = await createUser(server, 'nobody')
  const who = `arn:aws:iam::${ACCOUNT}:user/nobody`
  assert.deepEqual(
    await refusalOf(assume('delegated', {}, nobody)),
    notAuthorized(who, 'sts:AssumeRole', roleArn('delegated')),
  )
  await role('direct', trust({ Principal: { AWS: who } }))
  await assume('direct', {}, nobody)
})

test('an explicit denial is named', async () => {
  await role('guarded')
  const denied = await createUser(
    server,
    'denied',
    { Effect: 'Allow', Action: 'sts:*', Resource: '*' },
    { Effect: 'Deny', Action: 'sts:AssumeRole', Resource: roleArn('guarded') },
  )
  assert.equal(
    (await refusalOf(assume('guarded', {}, denied))).message,
    `User: arn:aws:iam::${ACCOUNT}:user/denied is not authorized to perform: sts:AssumeRole on resource: ${roleArn('guarded')} with an explicit deny in an identity-based policy`,
  )
})

test('conditions of a trust policy hold: external id, session name, source identity, tags', async () => {
  const conditions: readonly (readonly [object, Input, readonly Input[]])[] = [
    [{ 'sts:ExternalId': 'secret-1' }, { ExternalId: 'secret-1' }, [{}, { ExternalId: 'other' }]],
    [{ 'sts:RoleSessionName': 'ci' }, { RoleSessionName: 'ci' }, [{}, { RoleSessionName: 'me' }]],
    [{ 'sts:SourceIdentity': 'ann' }, { SourceIdentity: 'ann' }, [{}, { SourceIdentity: 'ben' }]],
    [{ 'aws:RequestTag/team': 'red' }, { Tags: [{ Key: 'team', Value: 'red' }] }, [{}]],
    [{ 'aws:username': 'alice' }, {}, []],
  ]
  for (const [i, [condition, good, bad]] of conditions.entries()) {
    await role(`conditional-${i}`, trust({ Condition: { StringEquals: condition } }))
    await assume(`conditional-${i}`, good)
    for (const input of bad) assert.equal((await refusalOf(assume(`conditional-${i}`, input))).code, 'AccessDenied')
  }
})

test('tags and a source identity need permissions of their own', async () => {
  await role('plain', trust({ Action: 'sts:AssumeRole' }))
  await assume('plain')
  // What the policies of the user allow does for a trust policy that leaves the decision to the account.
  const cases: readonly (readonly [string, Input])[] = [
    ['sts:TagSession', { Tags: [{ Key: 'a', Value: 'b' }] }],
    ['sts:SetSourceIdentity', { SourceIdentity: 'ann' }],
  ]
  for (const [action, input] of cases)
    assert.deepEqual(await refusalOf(assume('plain', input)), notAuthorized(ALICE, action, roleArn('plain')))
})

test('session policies narrow what the role may', async () => {
  await role('wide', trust(), ALL)
  const Policy = policy({ Effect: 'Allow', Action: ['lambda:ListFunctions', 'iam:*'], Resource: '*' })
  await iamClient(server).send(
    new CreatePolicyCommand({
      PolicyName: 'Aliases',
      PolicyDocument: policy({ ...ALL, Action: 'lambda:ListAliases' }),
    }),
  )
  const aliases = { arn: `arn:aws:iam::${ACCOUNT}:policy/Aliases` }
  const readOnly = { arn: 'arn:aws:iam::aws:policy/AWSLambda_ReadOnlyAccess' }
  const cases: readonly (readonly [Input, functions: boolean, aliases: boolean])[] = [
    [{}, true, true],
    [{ Policy }, true, false],
    [{ PolicyArns: [aliases] }, false, true],
    [{ Policy, PolicyArns: [aliases] }, true, true],
    [{ PolicyArns: [readOnly] }, true, true],
    [{ Policy: policy({ ...ALL, Effect: 'Deny' }) }, false, false],
  ]
  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => 'done',
      ({ name }: Error) => name,
    )
  for (const [input, mayListFunctions, mayListAliases] of cases) {
    const { Credentials, PackedPolicySize } = await assume('wide', input)
    const lambda = lambdaClient(server, keysOf(Credentials))
    const listFunctions = await codeOf(lambda.send(new ListFunctionsCommand({})))
    const listAliases = await codeOf(lambda.send(new ListAliasesCommand({ FunctionName: 'f' })))
    assert.equal(listFunctions, mayListFunctions ? 'done' : 'AccessDeniedException', JSON.stringify(input))
    assert.equal(listAliases, mayListAliases ? 'ResourceNotFoundException' : 'AccessDeniedException')
    assert.equal(PackedPolicySize !== undefined && PackedPolicySize > 0, Object.keys(input).length > 0)
  }
  const narrow = lambdaClient(server, await keysFor('wide', { Policy }))
  assert.match(
    (await refusalOf(narrow.send(new ListAliasesCommand({ FunctionName: 'f' })))).message,
    /because no session policy allows the lambda:ListAliases action$/,
  )
  // A session policy grants nothing.
  const iam = iamClient(server, await keysFor('wide', { Policy }))
  assert.match((await refusalOf(iam.send(new ListUsersCommand({})))).message, /because no identity-based policy allows/)
})

test('session tags reach policies, and transitive ones the next role', async () => {
  const onlyRed = { ...ALL, Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } } }
  await role('red-only', trust(), onlyRed, { Effect: 'Allow', Action: 'sts:*', Resource: '*' })
  await role('next', trust(), onlyRed)
  const Tags = [{ Key: 'team', Value: 'red' }]
  const may = async (keys: Credentials) =>
    lambdaClient(server, keys)
      .send(new ListFunctionsCommand({}))
      .then(
        () => true,
        () => false,
      )
  assert.equal(await may(await keysFor('red-only')), false)
  const tagged = await keysFor('red-only', { Tags })
  const handedOn = await keysFor('red-only', { Tags, TransitiveTagKeys: ['Team'], SourceIdentity: 'ann' })
  assert.equal(await may(tagged), true)
  assert.equal(await may(await keysFor('next', {}, tagged)), false)
  const chained = await assume('next', {}, handedOn)
  assert.equal(chained.SourceIdentity, 'ann')
  assert.equal(await may(keysOf(chained.Credentials)), true)
  assert.equal(
    (await refusalOf(assume('next', { Tags: [{ Key: 'TEAM', Value: 'blue' }] }, handedOn))).code,
    'InvalidParameterValue',
  )
})

test('a source identity stays for all sessions that follow, and every trust policy is asked about it', async () => {
  const may = { Effect: 'Allow', Action: 'sts:*', Resource: '*' }
  await role('first', trust(), may)
  await role('of-ann', trust({ Condition: { StringEquals: { 'sts:SourceIdentity': 'ann' } } }))
  const AWS = `arn:aws:sts::${ACCOUNT}:assumed-role/first/me`
  await role('no-identity', trust({ Principal: { AWS }, Action: 'sts:AssumeRole' }))
  await role('not-set', trust(), may)
  const as = (SourceIdentity: string) => keysFor('first', { SourceIdentity, RoleSessionName: 'me' })
  const [ann, ben] = [await as('ann'), await as('ben')]
  for (const input of [{}, { SourceIdentity: 'ann' }])
    assert.equal((await assume('of-ann', input, ann)).SourceIdentity, 'ann')
  const refusal = (action: string, name: string) => notAuthorized(AWS, action, roleArn(name))
  assert.deepEqual(await refusalOf(assume('of-ann', {}, ben)), refusal('sts:AssumeRole', 'of-ann'))
  for (const name of ['of-ann', 'not-set', 'nowhere'])
    assert.deepEqual(
      await refusalOf(assume(name, { SourceIdentity: 'ann' }, ben)),
      refusal('sts:SetSourceIdentity', name),
    )
  await assume('not-set', {}, ben)
  assert.deepEqual(await refusalOf(assume('no-identity', {}, ann)), refusal('sts:SetSourceIdentity', 'no-identity'))
  await assume('no-identity', {}, await keysFor('first', { RoleSessionName: 'me' }))
})

test('how long a session may last', async () => {
  await role('lasting', trust(), { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' })
  const tooLong = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'
  assert.deepEqual(await refusalOf(assume('lasting', { DurationSeconds: 3601 })), {
    code: 'ValidationError',
    status: 400,
    message: tooLong,
  })
  await iamClient(server).send(new UpdateRoleCommand({ RoleName: 'lasting', MaxSessionDuration: 43_200 }))
  const beforeMs = Date.now()
  const { Credentials } = await assume('lasting', { DurationSeconds: 43_200 })
  assertLasts(Credentials, 43_200, beforeMs)
  const chained = await refusalOf(assume('lasting', { DurationSeconds: 3601 }, keysOf(Credentials)))
  assert.equal(
    chained.message,
    'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
  )
  for (const DurationSeconds of [899, 43_201])
    assert.equal((await refusalOf(assume('lasting', { DurationSeconds }))).code, 'ValidationError')
})

const TOO_LARGE = /^Packed policy consumes \d{3}% of allotted space, please use smaller policy\.$/
const managed = (name: string) => `arn:aws:iam::${ACCOUNT}:policy/${name}`

test('what AssumeRole does not take', async () => {
  await role('strict')
  // Random, so that it cannot be packed well.
  const noise = Array.from({ length: 50 }, (_, at) => ({
    Key: `${at}`,
    Value: Array.from({ length: 7 }, () => crypto.randomUUID()).join(''),
  }))
  const long = policy({ ...ALL, Action: Array.from({ length: 150 }, (_, at) => `lambda:Get${at}`) })
  const longNames = { PolicyArns: Array.from({ length: 10 }, (_, at) => ({ arn: managed(`${at}${'x'.repeat(120)}`) })) }
  const refusals: readonly (readonly [Input, string, RegExp])[] = [
    [
      { RoleArn: 'arn:aws:iam::1:role/x/not-an-arn' },
      'ValidationError',
      /^arn:aws:iam::1:role\/x\/not-an-arn is invalid$/,
    ],
    [{ Policy: '{' }, 'MalformedPolicyDocumentException', /^This policy contains invalid Json$/],
    [
      { PolicyArns: [{ arn: `arn:aws:iam::${ACCOUNT}:policy/none` }] },
      'ValidationError',
      /policy\/none does not exist or is not attachable\.$/,
    ],
    [
      { PolicyArns: Array.from({ length: 11 }, () => ({ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' })) },
      'ValidationError',
      /length less than or equal to 10$/,
    ],
    [{ Tags: noise }, 'PackedPolicyTooLargeException', TOO_LARGE],
    [
      { Policy: long },
      'ValidationError',
      /^1 validation error detected: Value '\{.*\}' at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048$/,
    ],
    [{ Policy: policy({ ...ALL, Sid: 'x'.repeat(500) }), ...longNames }, 'PackedPolicyTooLargeException', TOO_LARGE],
    [
      { SerialNumber: 'arn:aws:iam::0:mfa/x', TokenCode: '123456' },
      'AccessDenied',
      /^MultiFactorAuthentication failed/,
    ],
    [
      {
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'A', Value: '' },
        ],
      },
      'InvalidParameterValue',
      /^Duplicate tag keys found/,
    ],
  ]
  for (const [input, code, message] of refusals) {
    const refusal = await refusalOf(assume('strict', input))
    assert.equal(refusal.code, code, JSON.stringify(input).slice(0, 80))
    assert.match(refusal.message, message)
  }
  assert.deepEqual(await refusalOf(assume('strict', {}, server.credentials)), {
    code: 'AccessDenied',
    status: 403,
    message: 'Roles may not be assumed by root accounts.',
  })
})

test('GetSessionToken gives a user temporary keys, which IAM does not take', async () => {
  const user = await createUser(server, 'temporary', { Effect: 'Allow', Action: '*', Resource: '*' })
  const { Credentials } = await stsClient(server, user).send(new GetSessionTokenCommand({ DurationSeconds: 129_600 }))
  const keys = keysOf(Credentials)
  await lambdaClient(server, keys).send(new ListFunctionsCommand({}))
  const { Arn } = await stsClient(server, keys).send(new GetCallerIdentityCommand({}))
  assert.equal(Arn, `arn:aws:iam::${ACCOUNT}:user/temporary`)
  assert.deepEqual(await refusalOf(iamClient(server, keys).send(new ListUsersCommand({}))), {
    code: 'InvalidClientTokenId',
    status: 403,
    message: 'The security token included in the request is invalid.',
  })
  assert.deepEqual(await refusalOf(stsClient(server, keys).send(new GetSessionTokenCommand({}))), {
    code: 'AccessDenied',
    status: 403,
    message: 'Cannot call GetSessionToken with session credentials',
  })
  const beforeMs = Date.now()
  const root = await stsClient(server).send(new GetSessionTokenCommand({}))
  assertLasts(root.Credentials, 3600, beforeMs)
  await lambdaClient(server, keysOf(root.Credentials)).send(new ListFunctionsCommand({}))
})

test('GetAccessKeyInfo needs its permission', async () => {
  const call = (credentials: Credentials) =>
    stsClient(server, credentials).send(new GetAccessKeyInfoCommand({ AccessKeyId: alice.accessKeyId }))
  assert.deepEqual(await refusalOf(call(alice)), {
    code: 'AccessDenied',
    status: 403,
    message: `User: ${ALICE} is not authorized to perform: sts:GetAccessKeyInfo on resource: * because no identity-based policy allows the sts:GetAccessKeyInfo action`,
  })
  const asker = await createUser(server, 'asker', { Effect: 'Allow', Action: 'sts:GetAccessKeyInfo', Resource: '*' })
  assert.equal((await call(asker)).Account, ACCOUNT)
})

test('a function has keys of its role', async () => {
  await createFunction(server, {
    FunctionName: 'env',
    code: {
      'index.mjs': `export const handler = async () => ({ accessKeyId: process.env.AWS_ACCESS_KEY_ID,
        secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY, sessionToken: process.env.AWS_SESSION_TOKEN })`,
    },
  })
  const { payload } = await invoke(server, 'env')
  const { Arn } = await stsClient(server, payload as Credentials).send(new GetCallerIdentityCommand({}))
  assert.equal(Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/test-role/env`)
})
