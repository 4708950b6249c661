import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  DeleteResourcePolicyCommand,
  GetAliasCommand,
  GetPolicyCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient, policy } from '../support/clients.ts'
import { arnOf, configurationOf, describeAs, publishVersion } from '../support/functions.ts'
import {
  breaks,
  conflict,
  invalid,
  notFound,
  type Refusal,
  refusalOf,
  revisionMismatch,
  validation,
} from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
  await createFunction(server, { FunctionName: 'fn', code: 'echo-node' })
  await publishVersion(server, 'fn')
  await lambdaClient(server).send(new CreateAliasCommand({ FunctionName: 'fn', Name: 'live', FunctionVersion: '1' }))
})
after(() => server[Symbol.asyncDispose]())

const permission = { Action: 'lambda:InvokeFunction', StatementId: 's3', Principal: 's3.amazonaws.com' } as const

async function add(FunctionName: string, input: Partial<AddPermissionCommandInput> = {}) {
  const { Statement } = await lambdaClient(server).send(
    new AddPermissionCommand({ FunctionName, ...permission, ...input }),
  )
  return JSON.parse(Statement ?? '')
}

const remove = (FunctionName: string, StatementId: string, input: object = {}) =>
  lambdaClient(server).send(new RemovePermissionCommand({ FunctionName, StatementId, ...input }))

async function policyOf(FunctionName: string, Qualifier?: string) {
  const { Policy, RevisionId } = await lambdaClient(server).send(new GetPolicyCommand({ FunctionName, Qualifier }))
  return { document: JSON.parse(Policy ?? ''), text: Policy, revisionId: RevisionId }
}

const fresh = async (FunctionName: string) => {
  await createFunction(server, { FunctionName, code: 'echo-node' })
  return FunctionName
}

const missing = notFound('The resource you requested does not exist.')

test('a statement is shown as it is kept, with its members in the order of AWS', async () => {
  const name = await fresh('shown')
  const { Statement } = await lambdaClient(server).send(
    new AddPermissionCommand({ FunctionName: name, ...permission, SourceArn: 'arn:aws:s3:::bucket' }),
  )
  const text = `{"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"${arnOf(name)}","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}}`
  assert.equal(Statement, text)
  assert.equal((await policyOf(name)).text, `{"Version":"2012-10-17","Id":"default","Statement":[${text}]}`)
})

const principals: readonly (readonly [given: string, kept: unknown])[] = [
  ['*', '*'],
  ['lambda.amazonaws.com', { Service: 'lambda.amazonaws.com' }],
  ['apigateway.amazonaws.com', { Service: 'apigateway.amazonaws.com' }],
  ['alexa-appkit.amazon.com', { Service: 'alexa-appkit.amazon.com' }],
  ['123456789012', { AWS: 'arn:aws:iam::123456789012:root' }],
  ['arn:aws:iam::123456789012:root', { AWS: 'arn:aws:iam::123456789012:root' }],
  ['arn:aws:iam::123456789012:user/alice', { AWS: 'arn:aws:iam::123456789012:user/alice' }],
  ['arn:aws:sts::123456789012:assumed-role/r/s', { AWS: 'arn:aws:sts::123456789012:assumed-role/r/s' }],
]

test('a principal is kept in the form of its kind', async (t) => {
  const name = await fresh('principals')
  for (const [i, [Principal, kept]] of principals.entries()) {
    await t.test(Principal, async () => {
      const statement = await add(name, { Principal, StatementId: `p${i}` })
      assert.deepEqual(statement.Principal, kept)
      assert.equal('Condition' in statement, false)
    })
  }
})

const conditions: readonly { input: Partial<AddPermissionCommandInput>; kept: object }[] = [
  { input: { SourceAccount: '123456789012' }, kept: { StringEquals: { 'AWS:SourceAccount': '123456789012' } } },
  { input: { SourceArn: 'arn:aws:s3:::b' }, kept: { ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::b' } } },
  { input: { PrincipalOrgID: 'o-1234567890' }, kept: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } } },
  { input: { EventSourceToken: 'amzn1.t' }, kept: { StringEquals: { 'lambda:EventSourceToken': 'amzn1.t' } } },
  { input: { FunctionUrlAuthType: 'NONE' }, kept: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } } },
  { input: { InvokedViaFunctionUrl: true }, kept: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } } },
  {
    input: {
      SourceAccount: '123456789012',
      SourceArn: 'arn:aws:s3:::b',
      PrincipalOrgID: 'o-1234567890',
      EventSourceToken: 'amzn1.t',
      FunctionUrlAuthType: 'AWS_IAM',
    },
    kept: {
      StringEquals: {
        'AWS:SourceAccount': '123456789012',
        'lambda:EventSourceToken': 'amzn1.t',
        'aws:PrincipalOrgID': 'o-1234567890',
        'lambda:FunctionUrlAuthType': 'AWS_IAM',
      },
      ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::b' },
    },
  },
]

test('what narrows a permission becomes its condition', async (t) => {
  const name = await fresh('conditions')
  for (const [i, { input, kept }] of conditions.entries()) {
    await t.test(Object.keys(input).join(' and '), async () => {
      const { Condition } = await add(name, { ...input, StatementId: `c${i}` })
      assert.equal(JSON.stringify(Condition), JSON.stringify(kept))
    })
  }
})

test('function, versions and aliases have policies of their own', async () => {
  const name = await fresh('separate')
  await add(name)
  await publishVersion(server, name)
  const client = lambdaClient(server)
  await client.send(new CreateAliasCommand({ FunctionName: name, Name: 'live', FunctionVersion: '1' }))
  assert.deepEqual(await refusalOf(policyOf(name, '1')), missing)
  assert.deepEqual(await refusalOf(policyOf(name, 'live')), missing)
  assert.equal((await add(name, { Qualifier: '1' })).Resource, arnOf(`${name}:1`))
  assert.equal((await add(`${name}:live`)).Resource, arnOf(`${name}:live`))
  await remove(name, 's3', { Qualifier: '1' })
  assert.deepEqual(await refusalOf(policyOf(name, '1')), missing)
  assert.equal((await policyOf(name)).document.Statement.length, 1)
  assert.equal((await policyOf(arnOf(`${name}:live`))).document.Statement[0].Resource, arnOf(`${name}:live`))
})

test('a policy stays when everything else about its function and its alias changes', async () => {
  const name = await fresh('steady')
  const client = lambdaClient(server)
  await add(name)
  await publishVersion(server, name)
  await client.send(new CreateAliasCommand({ FunctionName: name, Name: 'live', FunctionVersion: '1' }))
  await add(name, { Qualifier: 'live' })
  await describeAs(server, name, 'changed')
  await client.send(new TagResourceCommand({ Resource: arnOf(name), Tags: { a: 'b' } }))
  await client.send(new UpdateAliasCommand({ FunctionName: name, Name: 'live', Description: 'changed' }))
  assert.equal((await policyOf(name)).document.Statement.length, 1)
  assert.equal((await policyOf(name, 'live')).document.Statement.length, 1)
})

test('a policy goes with its alias, its version, its function', async () => {
  const name = await fresh('leaving')
  const client = lambdaClient(server)
  const alias = { FunctionName: name, Name: 'live' }
  const createAlias = () => client.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }))
  await publishVersion(server, name)
  await createAlias()
  for (const Qualifier of [undefined, '1', 'live']) await add(name, { Qualifier })
  await client.send(new DeleteAliasCommand(alias))
  await createAlias()
  assert.deepEqual(await refusalOf(policyOf(name, 'live')), missing)
  await client.send(new DeleteFunctionCommand({ FunctionName: name }))
  await fresh(name)
  await publishVersion(server, name)
  for (const Qualifier of [undefined, '1']) assert.deepEqual(await refusalOf(policyOf(name, Qualifier)), missing)
})

test('statements stay in the order in which they came, and the policy ends with the last', async () => {
  const name = await fresh('ordered')
  for (const StatementId of ['b', 'a', 'c']) await add(name, { StatementId })
  const sids = async () => (await policyOf(name)).document.Statement.map(({ Sid }: { Sid: string }) => Sid)
  assert.deepEqual(await sids(), ['b', 'a', 'c'])
  await remove(name, 'a')
  assert.deepEqual(await sids(), ['b', 'c'])
  assert.deepEqual(
    await refusalOf(remove(name, 'non-existent')),
    notFound('Statement non-existent is not found in resource policy.'),
  )
  await remove(name, 'b')
  await remove(name, 'c')
  assert.deepEqual(await refusalOf(policyOf(name)), missing)
  assert.deepEqual(await refusalOf(remove(name, 'c')), notFound('No policy is associated with the given resource.'))
})

test('the revision of a policy is that of what it belongs to, and changes with it', async () => {
  const name = await fresh('revised')
  const client = lambdaClient(server)
  const revisionOf = async (qualifier?: string) => (await configurationOf(server, name, qualifier)).RevisionId
  const before = await revisionOf()
  await add(name, { RevisionId: before })
  const { revisionId } = await policyOf(name)
  assert.notEqual(revisionId, before)
  assert.equal(revisionId, await revisionOf())
  const late = add(name, { StatementId: 'late', RevisionId: before })
  assert.deepEqual(await refusalOf(late), revisionMismatch('GetPolicy'))
  assert.deepEqual(
    await refusalOf(remove(name, 's3', { RevisionId: before })),
    revisionMismatch('GetFunction/GetAlias'),
  )
  await remove(name, 's3', { RevisionId: revisionId })
  assert.notEqual(await revisionOf(), revisionId)

  await publishVersion(server, name)
  const alias = await client.send(new CreateAliasCommand({ FunctionName: name, Name: 'live', FunctionVersion: '1' }))
  const wrong = add(name, { Qualifier: 'live', RevisionId: 'wrong' })
  assert.deepEqual(await refusalOf(wrong), revisionMismatch('GetPolicy'))
  await add(name, { Qualifier: 'live', RevisionId: alias.RevisionId })
  const shown = await client.send(new GetAliasCommand({ FunctionName: name, Name: 'live' }))
  assert.equal((await policyOf(name, 'live')).revisionId, shown.RevisionId)
  assert.notEqual(shown.RevisionId, alias.RevisionId)
})

test('of permissions that are added at the same time none is lost, and of the same name one wins', async () => {
  const name = await fresh('crowded')
  const ids = Array.from({ length: 40 }, (_, i) => `s${i}`)
  await Promise.all(ids.map((StatementId) => add(name, { StatementId })))
  const { document } = await policyOf(name)
  assert.deepEqual(document.Statement.map(({ Sid }: { Sid: string }) => Sid).sort(), [...ids].sort())
  const same = await Promise.allSettled(ids.map(() => add(name, { StatementId: 'same' })))
  assert.equal(same.filter(({ status }) => status === 'fulfilled').length, 1)
  await Promise.all(ids.map((id) => remove(name, id)))
  assert.equal((await policyOf(name)).document.Statement.length, 1)
})

test('a policy has at most 20,480 bytes', async () => {
  const name = await fresh('long')
  const SourceArn = `arn:aws:s3:::${'x'.repeat(1_000)}`
  const adding = async () => {
    for (let i = 0; ; i++) await add(name, { StatementId: `s${i}`, SourceArn })
  }
  const { code, status, message } = await refusalOf(adding())
  assert.deepEqual([code, status], ['PolicyLengthExceededException', 400])
  const [, bytes] = /^The final policy size \((\d+)\) is bigger than the limit \(20480\)\.$/.exec(message) ?? []
  assert.ok(Number(bytes) > 20_480)
  assert.ok(Buffer.byteLength((await policyOf(name)).text ?? '') <= 20_480)
})

const QUALIFIER = '\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+'
const pattern = (member: string, value: string, rule: string) =>
  validation(breaks(member, value, `satisfy regular expression pattern: ${rule}`))
const badPrincipal = invalid('The provided principal was invalid. Please check the principal and try again.')
const notForLatest = invalid('We currently do not support adding policies for $LATEST.')
const qualifierMismatch = invalid(
  'The derived qualifier from the function name does not match the specified qualifier.',
)
const noAlias = notFound(`Cannot find alias arn: ${arnOf('fn:alias-doesnotexist')}`)
const noVersion = notFound(`Function not found: ${arnOf('fn:42')}`)

const refusals: readonly { name: string; call: () => Promise<unknown>; refusal: Refusal }[] = [
  {
    name: 'adding under a statement id with a dot',
    call: () => add('fn', { StatementId: 'example.com' }),
    refusal: pattern('statementId', 'example.com', '([a-zA-Z0-9-_]+)'),
  },
  {
    name: 'adding an action of another service',
    call: () => add('fn', { Action: 's3:GetObject' }),
    refusal: pattern('action', 's3:GetObject', '(lambda:[*]|lambda:[a-zA-Z]+|[*])'),
  },
  { name: 'adding with two qualifiers', call: () => add('fn:live', { Qualifier: '1' }), refusal: qualifierMismatch },
  { name: 'adding for $LATEST', call: () => add('fn', { Qualifier: '$LATEST' }), refusal: notForLatest },
  {
    name: 'adding for somebody unknown',
    call: () => add('fn', { Principal: 'invalid.nonaws.com' }),
    refusal: badPrincipal,
  },
  { name: 'adding for a resource', call: () => add('fn', { Principal: 'arn:aws:s3:::b' }), refusal: badPrincipal },
  { name: 'adding for part of an account', call: () => add('fn', { Principal: '12345678901' }), refusal: badPrincipal },
  {
    name: 'adding to no function',
    call: () => add('doesnotexist'),
    refusal: notFound(`Function not found: ${arnOf('doesnotexist')}`),
  },
  { name: 'adding to no alias', call: () => add('fn', { Qualifier: 'alias-doesnotexist' }), refusal: noAlias },
  { name: 'adding to no version', call: () => add('fn', { Qualifier: '42' }), refusal: noVersion },
  {
    name: 'adding to a qualifier with an impossible character',
    call: () => add('fn', { Qualifier: 'invalid-qualifier-with-?-char' }),
    refusal: pattern('qualifier', 'invalid-qualifier-with-?-char', QUALIFIER),
  },
  {
    name: 'adding to a qualifier that can be neither alias nor version',
    call: () => add('fn', { Qualifier: 'valid-with-$-but-doesnotexist' }),
    refusal: notFound(`Function not found: ${arnOf('fn:valid-with-$-but-doesnotexist')}`),
  },
  {
    name: 'adding the same statement again',
    call: async () => {
      await add('fn')
      await add('fn')
    },
    refusal: conflict(
      'The statement id (s3) provided already exists. Please provide a new statement id, or remove the existing statement.',
    ),
  },
  { name: 'reading of no function', call: () => policyOf('doesnotexist'), refusal: missing },
  { name: 'reading of no version', call: () => policyOf('fn', '42'), refusal: missing },
  { name: 'reading of no alias', call: () => policyOf('fn', 'alias-doesnotexist'), refusal: missing },
  { name: 'reading of an alias without policy', call: () => policyOf('fn', 'live'), refusal: missing },
  { name: 'reading of $LATEST', call: () => policyOf('fn', '$LATEST'), refusal: missing },
  {
    name: 'removing from no function',
    call: () => remove('doesnotexist', 's3'),
    refusal: notFound(`No policy found for: ${arnOf('doesnotexist')}`),
  },
  {
    name: 'removing where there is no policy',
    call: () => remove('fn', 's3', { Qualifier: 'live' }),
    refusal: notFound('No policy is associated with the given resource.'),
  },
  {
    name: 'removing from no alias',
    call: () => remove('fn', 's3', { Qualifier: 'alias-doesnotexist' }),
    refusal: noAlias,
  },
  { name: 'removing from no version', call: () => remove('fn', 's3', { Qualifier: '42' }), refusal: noVersion },
]

for (const { name, call, refusal } of refusals) {
  test(`${name} is refused: ${refusal.message}`, async () => assert.deepEqual(await refusalOf(call()), refusal))
}

// The whole document at once.

const put = (ResourceArn: string, Policy: string, RevisionId?: string) =>
  lambdaClient(server).send(new PutResourcePolicyCommand({ ResourceArn, Policy, RevisionId }))
const get = (ResourceArn: string) => lambdaClient(server).send(new GetResourcePolicyCommand({ ResourceArn }))
const drop = (ResourceArn: string, RevisionId?: string) =>
  lambdaClient(server).send(new DeleteResourcePolicyCommand({ ResourceArn, RevisionId }))
const about = (Resource: string, change: object = {}) => ({
  Sid: 'own',
  Effect: 'Deny',
  Principal: '*',
  Action: 'lambda:*',
  Resource,
  ...change,
})

test('a whole policy takes the place of what AddPermission made, and can be added to', async () => {
  const name = await fresh('whole')
  const arn = arnOf(name)
  await add(name)
  const document = { Version: '2012-10-17', Id: 'mine', Statement: [about(arn)] }
  const answer = await put(arn, JSON.stringify(document, undefined, 2))
  assert.deepEqual(JSON.parse(answer.Policy ?? ''), document)
  const { Policy, RevisionId } = await get(arn)
  assert.deepEqual([Policy, RevisionId], [answer.Policy, answer.RevisionId])
  const shown = await policyOf(name)
  assert.deepEqual([shown.document, shown.revisionId], [document, RevisionId])
  await add(name)
  const { document: longer } = await policyOf(name)
  assert.deepEqual([longer.Id, longer.Statement.length, longer.Statement[0].Sid], ['mine', 2, 'own'])
  await remove(name, 'own')
  assert.deepEqual(await refusalOf(drop(arn, RevisionId)), revisionMismatch('GetResourcePolicy'))
  await drop(arn)
  for (const call of [get(arn), policyOf(name)]) assert.deepEqual(await refusalOf(call), missing)
})

test('a whole policy is of a function, a version, or an alias', async () => {
  const name = await fresh('parts')
  await publishVersion(server, name)
  await lambdaClient(server).send(new CreateAliasCommand({ FunctionName: name, Name: 'live', FunctionVersion: '1' }))
  for (const arn of [arnOf(name), arnOf(`${name}:1`), arnOf(`${name}:live`)]) {
    assert.deepEqual(await refusalOf(get(arn)), missing)
    const { RevisionId } = await put(arn, policy(about(arn)))
    assert.deepEqual(await refusalOf(put(arn, policy(about(arn)), 'wrong')), revisionMismatch('GetResourcePolicy'))
    await put(arn, policy(about(`${arn.slice(0, -1)}?`), about('arn:aws:lambda:*', { Sid: 'other' })), RevisionId)
    assert.equal(JSON.parse((await get(arn)).Policy ?? '').Statement.length, 2)
  }
})

const problem = (text: string) => invalid(`The policy is not valid: ${text}`)
const fn = arnOf('fn')
const malformed: readonly { name: string; document: string; refusal: Refusal }[] = [
  { name: 'no JSON', document: '{', refusal: problem('This policy contains invalid Json') },
  { name: 'a list', document: '[]', refusal: problem('Syntax errors in policy.') },
  { name: 'no statement', document: policy(), refusal: problem('Missing required field Statement') },
  {
    name: 'another version',
    document: JSON.stringify({ Version: '2020-01-01', Statement: [about(fn)] }),
    refusal: problem('Policy document must be version 2012-10-17 or greater.'),
  },
  {
    name: 'nobody named',
    document: policy(about(fn, { Principal: undefined })),
    refusal: problem('Missing required field Principal'),
  },
  {
    name: 'somebody impossible',
    document: policy(about(fn, { Principal: { AWS: 'alice' } })),
    refusal: problem('Invalid principal in policy: "AWS":"alice"'),
  },
  {
    name: 'everybody allowed but one',
    document: policy(about(fn, { Effect: 'Allow', Principal: undefined, NotPrincipal: { AWS: ACCOUNT } })),
    refusal: problem('Allow with NotPrincipal is not allowed.'),
  },
  {
    name: 'no action',
    document: policy(about(fn, { Action: undefined })),
    refusal: problem('Policy statement must contain actions.'),
  },
  {
    name: 'no resource',
    document: policy(about(fn, { Resource: undefined })),
    refusal: problem('Policy statement must contain resources.'),
  },
  {
    name: 'another resource',
    document: policy(about(fn), about(arnOf('other'), { Sid: 'other' })),
    refusal: problem(`Every statement must be about the resource ${fn}.`),
  },
  {
    name: 'an unknown operator',
    document: policy(about(fn, { Condition: { StringIs: { 'aws:username': 'a' } } })),
    refusal: problem('Invalid Condition type : StringIs'),
  },
  {
    name: 'two statements of one id',
    document: policy(about(fn), about(fn)),
    refusal: problem('Statement IDs (SID) in a single policy must be unique.'),
  },
]

for (const { name, document, refusal } of malformed) {
  test(`a policy with ${name} is refused and changes nothing`, async () => {
    assert.deepEqual(await refusalOf(put(arnOf('fn:live'), document.replaceAll(fn, arnOf('fn:live')))), {
      ...refusal,
      message: refusal.message.replaceAll(fn, arnOf('fn:live')),
    })
    assert.deepEqual(await refusalOf(get(arnOf('fn:live'))), missing)
  })
}

const elsewhere = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:fn`
const misplaced: readonly { name: string; arn: string; refusal: Refusal }[] = [
  { name: '$LATEST', arn: arnOf('fn:$LATEST'), refusal: notForLatest },
  {
    name: 'no function',
    arn: arnOf('doesnotexist'),
    refusal: notFound(`Function not found: ${arnOf('doesnotexist')}`),
  },
  { name: 'no alias', arn: arnOf('fn:alias-doesnotexist'), refusal: noAlias },
  { name: 'no version', arn: arnOf('fn:42'), refusal: noVersion },
  { name: 'another partition', arn: arnOf('fn').replace(':aws:', ':aws-cn:'), refusal: missing },
  {
    name: 'another region',
    arn: elsewhere,
    refusal: notFound(`Functions from 'eu-west-1' are not reachable in this region ('${REGION}')`),
  },
]

for (const { name, arn, refusal } of misplaced) {
  test(`a whole policy of ${name} is refused: ${refusal.message}`, async () =>
    assert.deepEqual(await refusalOf(put(arn, policy(about(arn)))), refusal))
}

test('a whole policy of a mere name is refused by the form of its ARN', async () => {
  const { code, message } = await refusalOf(put('fn', policy(about(fn))))
  assert.equal(code, 'ValidationException')
  assert.match(
    message,
    /^1 validation error detected: Value 'fn' at 'resourceArn' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:/,
  )
})

test('there is nothing to delete where there is no policy', async () => {
  assert.deepEqual(
    await refusalOf(drop(arnOf('fn:live'))),
    notFound('No policy is associated with the given resource.'),
  )
  assert.deepEqual(
    await refusalOf(drop(arnOf('doesnotexist'))),
    notFound(`No policy found for: ${arnOf('doesnotexist')}`),
  )
})

test('policies outlive the server', async () => {
  await using first = await startTestServer()
  await createFunction(first, { FunctionName: 'kept', code: 'echo-node' })
  await lambdaClient(first).send(new AddPermissionCommand({ FunctionName: 'kept', ...permission }))
  await first.stop()
  await using second = await startTestServer({ dataDirectory: first.dataDirectory })
  const { Policy } = await lambdaClient(second).send(new GetPolicyCommand({ FunctionName: 'kept' }))
  assert.equal(JSON.parse(Policy ?? '').Statement[0].Sid, 's3')
})
