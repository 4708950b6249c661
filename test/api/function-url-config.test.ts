import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  type CreateFunctionUrlConfigCommandInput,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  DeleteFunctionUrlConfigCommand,
  type FunctionUrlConfig,
  GetFunctionUrlConfigCommand,
  type InvokeMode,
  type LambdaClient,
  ListFunctionUrlConfigsCommand,
  paginateListFunctionUrlConfigs,
  UpdateFunctionUrlConfigCommand,
  type UpdateFunctionUrlConfigCommandInput,
} from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient } from '../support/clients.ts'
import { answering, arnOf, publishVersion } from '../support/functions.ts'
import { breaks, conflict, invalid, notFound, type Refusal, refusalOf, validation } from '../support/refusal.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let client: LambdaClient
before(async () => {
  server = await startTestServer()
  client = lambdaClient(server)
  await createFunction(server, { FunctionName: 'f', code: answering('f') })
  await publishVersion(server, 'f')
  await client.send(new CreateAliasCommand({ FunctionName: 'f', Name: 'live', FunctionVersion: '1' }))
})
after(() => server[Symbol.asyncDispose]())

const create = (input: Partial<CreateFunctionUrlConfigCommandInput> = {}) =>
  client.send(new CreateFunctionUrlConfigCommand({ FunctionName: 'f', AuthType: 'NONE', ...input }))
const update = (input: Partial<UpdateFunctionUrlConfigCommandInput> = {}) =>
  client.send(new UpdateFunctionUrlConfigCommand({ FunctionName: 'f', ...input }))
const get = (Qualifier?: string, FunctionName = 'f') =>
  client.send(new GetFunctionUrlConfigCommand({ FunctionName, Qualifier }))
const remove = (Qualifier?: string, FunctionName = 'f') =>
  client.send(new DeleteFunctionUrlConfigCommand({ FunctionName, Qualifier }))
const list = (FunctionName = 'f', input: { MaxItems?: number; Marker?: string } = {}) =>
  client.send(new ListFunctionUrlConfigsCommand({ FunctionName, ...input }))

const ADDRESS = /^https:\/\/[a-z0-9]{32}\.lambda-url\.us-east-1\.on\.aws\/$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

test('a URL is made, shown, changed and deleted', async () => {
  const { $metadata, FunctionUrl = '', CreationTime = '', ...created } = await create()
  assert.equal($metadata.httpStatusCode, 201)
  assert.match(FunctionUrl, ADDRESS)
  assert.match(CreationTime, TIME)
  assert.deepEqual(created, { FunctionArn: arnOf('f'), AuthType: 'NONE' })
  const { $metadata: _, LastModifiedTime = '', ...shown } = await get()
  assert.equal(LastModifiedTime, CreationTime)
  assert.deepEqual(shown, { ...created, FunctionUrl, CreationTime, InvokeMode: 'BUFFERED' })
  const Cors = { AllowOrigins: ['https://a.example'], AllowMethods: ['GET'], MaxAge: 5 }
  const changed = await update({ AuthType: 'AWS_IAM', Cors })
  assert.match(String(changed.LastModifiedTime), TIME)
  const expected = { ...shown, AuthType: 'AWS_IAM', Cors, LastModifiedTime: changed.LastModifiedTime }
  // AWS shows the mode here only when it was given.
  const { InvokeMode, ...answered } = expected
  assert.deepEqual({ ...changed, $metadata: 0 }, { ...answered, $metadata: 0 })
  assert.deepEqual((await list()).FunctionUrlConfigs, [expected])
  assert.deepEqual(await refusalOf(create()), {
    ...conflict(
      `Failed to create function url config for [functionArn = ${arnOf('f')}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    ),
  })
  assert.equal((await remove()).$metadata.httpStatusCode, 204)
  assert.deepEqual(await refusalOf(get()), noResource)
})

test('what is given at the creation is shown there; empty rules for other origins are none', async () => {
  const Cors = { AllowCredentials: true, AllowHeaders: ['x-a'], ExposeHeaders: ['x-b'], AllowOrigins: ['*'] }
  const created = await create({ AuthType: 'AWS_IAM', Cors, InvokeMode: 'BUFFERED' })
  assert.deepEqual([created.AuthType, created.Cors, created.InvokeMode], ['AWS_IAM', Cors, 'BUFFERED'])
  assert.deepEqual((await update()).Cors, Cors)
  assert.equal((await update()).InvokeMode, 'BUFFERED')
  assert.deepEqual((await update({ Cors: { MaxAge: 0 } })).Cors, { MaxAge: 0 })
  assert.equal('Cors' in (await update({ Cors: {} })), false)
  await remove()
})

test('an alias has a URL of its own, which stays when that of the function is deleted', async () => {
  const [ofFunction, ofAlias] = [await create(), await create({ Qualifier: 'live' })]
  assert.equal(ofAlias.FunctionArn, arnOf('f:live'))
  assert.notEqual(ofAlias.FunctionUrl, ofFunction.FunctionUrl)
  assert.equal((await get(undefined, 'f:live')).FunctionUrl, ofAlias.FunctionUrl)
  await remove()
  assert.deepEqual(await refusalOf(get()), noResource)
  assert.equal((await get('live')).FunctionUrl, ofAlias.FunctionUrl)
  await remove('live')
})

const noFunction = notFound('Function does not exist')
const noResource = notFound('The resource you requested does not exist.')
const mismatch = invalid('The derived qualifier from the function name does not match the specified qualifier.')
const badQualifier = (value: string) =>
  validation(breaks('qualifier', value, 'satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)'))

const calls = {
  create: (FunctionName: string, Qualifier?: string) => create({ FunctionName, Qualifier }),
  get: (FunctionName: string, Qualifier?: string) => get(Qualifier, FunctionName),
  update: (FunctionName: string, Qualifier?: string) => update({ FunctionName, Qualifier, AuthType: 'NONE' }),
  delete: (FunctionName: string, Qualifier?: string) => remove(Qualifier, FunctionName),
}
const missing = { create: noFunction, update: noFunction, get: noResource, delete: noResource }

for (const [name, call] of Object.entries(calls)) {
  const absent = missing[name as keyof typeof missing]
  type Case = [string, string, string | undefined, Refusal]
  const cases: readonly Case[] = [
    ['a missing name', 'doesnotexist', undefined, absent],
    ['a missing ARN', arnOf('doesnotexist'), undefined, absent],
    ['a version of a missing function', 'doesnotexist', '1', badQualifier('1')],
    ['a version', 'f', '1', badQualifier('1')],
    ['a missing version', 'f', '2', badQualifier('2')],
    ['a missing alias', 'f', 'doesnotexist', absent],
    ['an alias beside that of the ARN', arnOf('f:live'), 'other', mismatch],
    ['$LATEST', 'f', '$LATEST', badQualifier('$LATEST')],
    [
      'a function of another region',
      arnOf('f').replace('us-east-1', 'eu-west-1'),
      undefined,
      notFound("Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"),
    ],
    ...(name === 'create' ? [] : [['a function without a URL', 'f', undefined, noResource] satisfies Case]),
  ]
  for (const [what, FunctionName, Qualifier, expected] of cases)
    test(`${name} refuses as AWS does: ${what}`, async () => {
      assert.deepEqual(await refusalOf(call(FunctionName, Qualifier)), expected)
    })
}

const many = (count: number) => Array.from({ length: count }, (_, i) => `x${i}`)
const atMost = (member: string, list: readonly string[], limit: number) =>
  validation(breaks(`cors.${member}`, `[${list.join(', ')}]`, `have length less than or equal to ${limit}`))

const refusals: readonly [string, Partial<CreateFunctionUrlConfigCommandInput>, Refusal][] = [
  [
    'an unknown mode',
    { InvokeMode: 'UNKNOWN' as InvokeMode },
    validation(breaks('invokeMode', 'UNKNOWN', 'satisfy enum value set: [RESPONSE_STREAM, BUFFERED]')),
  ],
  ['101 headers', { Cors: { AllowHeaders: many(101) } }, atMost('allowHeaders', many(101), 100)],
  ['101 exposed headers', { Cors: { ExposeHeaders: many(101) } }, atMost('exposeHeaders', many(101), 100)],
  ['101 origins', { Cors: { AllowOrigins: many(101) } }, atMost('allowOrigins', many(101), 100)],
  ['seven methods', { Cors: { AllowMethods: many(7) } }, atMost('allowMethods', many(7), 6)],
  [
    'an answer that is kept for more than a day',
    { Cors: { MaxAge: 86_401 } },
    validation(breaks('cors.maxAge', '86401', 'have value less than or equal to 86400')),
  ],
]
for (const [what, input, expected] of refusals)
  test(`a URL is refused with ${what}`, async () => {
    assert.deepEqual(await refusalOf(create(input)), expected)
    assert.deepEqual(await refusalOf(get()), noResource)
  })

test('of many that create the same URL one succeeds', async () => {
  const made = await Promise.allSettled(Array.from({ length: 10 }, () => create()))
  assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 1)
  await remove()
})

const qualifiers = (urls: readonly FunctionUrlConfig[] = []) =>
  urls.map(({ FunctionArn }) => FunctionArn?.split(':')[7] ?? '')

test('pages stay where they are while URLs come and go', async () => {
  await createFunction(server, { FunctionName: 'paged', code: answering('paged') })
  const alias = async (Name: string) => {
    await client.send(new CreateAliasCommand({ FunctionName: 'paged', Name, FunctionVersion: '$LATEST' }))
    await create({ FunctionName: 'paged', Qualifier: Name })
  }
  await create({ FunctionName: 'paged' })
  for (const name of ['b', 'd', 'f']) await alias(name)
  const { FunctionUrlConfigs: first = [], NextMarker = '' } = await list('paged', { MaxItems: 2 })
  for (const name of ['a', 'c']) await alias(name)
  await remove('d', 'paged')
  const { FunctionUrlConfigs: rest = [], ...last } = await list('paged', { Marker: NextMarker })
  assert.deepEqual(qualifiers([...first, ...rest]), ['', 'b', 'c', 'f'])
  assert.equal(last.NextMarker, undefined)
  let count = 0
  for await (const page of paginateListFunctionUrlConfigs({ client, pageSize: 1 }, { FunctionName: 'paged' }))
    count += page.FunctionUrlConfigs?.length ?? 0
  assert.equal(count, 5)
  assert.deepEqual(await refusalOf(list('doesnotexist')), noFunction)
})

test('a URL goes with its alias and its function', async () => {
  await createFunction(server, { FunctionName: 'gone', code: answering('gone') })
  const alias = { FunctionName: 'gone', Name: 'live', FunctionVersion: '$LATEST' }
  await client.send(new CreateAliasCommand(alias))
  await create({ FunctionName: 'gone' })
  await create({ FunctionName: 'gone', Qualifier: 'live' })
  await client.send(new DeleteAliasCommand(alias))
  await client.send(new CreateAliasCommand(alias))
  assert.deepEqual(qualifiers((await list('gone')).FunctionUrlConfigs), [''])
  await client.send(new DeleteFunctionCommand({ FunctionName: 'gone' }))
  await createFunction(server, { FunctionName: 'gone', code: answering('gone') })
  assert.deepEqual((await list('gone')).FunctionUrlConfigs, [])
})
