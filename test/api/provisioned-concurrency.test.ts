import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetAccountSettingsCommand,
  GetProvisionedConcurrencyConfigCommand,
  type LambdaClient,
  ListProvisionedConcurrencyConfigsCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, invoke, lambdaClient } from '../support/clients.ts'
import { answering, arnOf, describeAs, publishVersion } from '../support/functions.ts'
import { poll } from '../support/poll.ts'
import {
  breaks,
  conflict,
  invalid,
  notFound,
  type Refusal,
  refusalOf,
  throttled,
  validation,
} from '../support/refusal.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let client: LambdaClient
before(async () => {
  server = await startTestServer()
  client = lambdaClient(server)
  await create('f')
})
after(() => server[Symbol.asyncDispose]())

/** A function with the versions 1 and 2, and the alias `live` of version 1; it tells how it was started. */
const tells = { 'index.mjs': 'export const handler = async () => process.env.AWS_LAMBDA_INITIALIZATION_TYPE' }
async function create(FunctionName: string, code: string | Record<string, string> = tells) {
  await createFunction(server, { FunctionName, code, Timeout: 30 })
  for (const text of ['1', '2']) {
    await describeAs(server, FunctionName, text)
    await publishVersion(server, FunctionName)
  }
  await client.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }))
}

const put = (Qualifier: string, ProvisionedConcurrentExecutions = 1, FunctionName = 'f') =>
  client.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions }))
const get = (Qualifier: string, FunctionName = 'f') =>
  client.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }))
const remove = (Qualifier: string, FunctionName = 'f') =>
  client.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }))
const list = (FunctionName = 'f', input: { MaxItems?: number; Marker?: string } = {}) =>
  client.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName, ...input }))
const listed = async (FunctionName = 'f') =>
  (await list(FunctionName)).ProvisionedConcurrencyConfigs?.map(({ FunctionArn }) => FunctionArn?.split(':').at(-1))
const reserve = (FunctionName: string, ReservedConcurrentExecutions: number) =>
  client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }))
const settled = (Qualifier: string, FunctionName = 'f') =>
  poll(async () => {
    const config = await get(Qualifier, FunctionName)
    return config.Status === 'IN_PROGRESS' ? undefined : config
  })
const unreserved = async () =>
  (await client.send(new GetAccountSettingsCommand({}))).AccountLimit?.UnreservedConcurrentExecutions
const startedBy = async (Qualifier: string, FunctionName = 'f') =>
  (await invoke(server, FunctionName, {}, { Qualifier })).payload

test('concurrency is provisioned in progress, then ready, listed, changed and deleted', async () => {
  const { $metadata, LastModified, ...first } = await put('1', 2)
  assert.deepEqual(
    [$metadata.httpStatusCode, first],
    [
      202,
      {
        RequestedProvisionedConcurrentExecutions: 2,
        AllocatedProvisionedConcurrentExecutions: 0,
        AvailableProvisionedConcurrentExecutions: 0,
        Status: 'IN_PROGRESS',
      },
    ],
  )
  assert.match(String(LastModified), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/)
  const ready = {
    RequestedProvisionedConcurrentExecutions: 2,
    AllocatedProvisionedConcurrentExecutions: 2,
    AvailableProvisionedConcurrentExecutions: 2,
    Status: 'READY',
    LastModified,
  }
  const { $metadata: _, ...shown } = await settled('1')
  assert.deepEqual(shown, ready)
  assert.deepEqual((await list()).ProvisionedConcurrencyConfigs, [{ ...ready, FunctionArn: arnOf('f:1') }])
  assert.equal(await unreserved(), 998)
  await put('1', 1)
  assert.equal((await settled('1')).AllocatedProvisionedConcurrentExecutions, 1)
  for (const _ of ['set', 'unset']) assert.equal((await remove('1')).$metadata.httpStatusCode, 204)
  assert.deepEqual(await refusalOf(get('1')), none)
  assert.equal(await unreserved(), 1000)
})

const none: Refusal = {
  code: 'ProvisionedConcurrencyConfigNotFoundException',
  status: 404,
  message: 'No Provisioned Concurrency Config found for this function',
}
const missingAlias = (of: string) => notFound(`Cannot find alias arn: ${arnOf(of)}`)
const missingFunction = (of: string) => notFound(`Function not found: ${arnOf(of)}`)
const published = invalid('The function resource provided must be an alias or a published version.')
const unpublished = invalid('Provisioned Concurrency Configs cannot be applied to unpublished function versions.')

const refusals: readonly [string, () => Promise<unknown>, Refusal][] = [
  ['getting what was not put', () => get('1'), none],
  [
    'getting at an alias of a missing function',
    () => get('noalias', 'doesnotexist'),
    missingAlias('doesnotexist:noalias'),
  ],
  ['getting at a missing alias', () => get('noalias'), missingAlias('f:noalias')],
  ['getting at a missing version', () => get('10'), missingFunction('f:10')],
  ['getting at $LATEST', () => get('$LATEST'), published],
  ['listing for a missing function', () => list('doesnotexist'), missingFunction('doesnotexist')],
  ['deleting at a version of a missing function', () => remove('1', 'doesnotexist'), missingFunction('doesnotexist:1')],
  ['deleting at a missing alias', () => remove('noalias'), missingAlias('f:noalias')],
  ['deleting at a missing version', () => remove('10'), missingFunction('f:10')],
  ['deleting at $LATEST', () => remove('$LATEST'), published],
  [
    'putting none',
    () => put('1', 0),
    validation(breaks('provisionedConcurrentExecutions', '0', 'have value greater than or equal to 1')),
  ],
  [
    'putting at an alias of a missing function',
    () => put('noalias', 1, 'doesnotexist'),
    missingAlias('doesnotexist:noalias'),
  ],
  ['putting at a version of a missing function', () => put('1', 1, 'doesnotexist'), missingFunction('doesnotexist:1')],
  ['putting at a missing alias', () => put('doesnotexist'), missingAlias('f:doesnotexist')],
  ['putting at a missing version', () => put('10'), missingFunction('f:10')],
  ['putting at $LATEST', () => put('$LATEST'), unpublished],
  [
    'more than the account has',
    () => put('1', 1001),
    invalid("Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [1000]."),
  ],
  [
    'more than leaves the account its minimum',
    () => put('1', 901),
    invalid(
      "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
    ),
  ],
]
for (const [what, call, expected] of refusals)
  test(`refused as AWS does: ${what}`, async () => {
    assert.deepEqual(await refusalOf(call()), expected)
    assert.deepEqual(await listed(), [])
  })

test('an alias and the version it points to are not both provisioned', async () => {
  await put('1')
  assert.deepEqual(
    await refusalOf(put('live')),
    conflict("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"),
  )
  await remove('1')
  await put('live')
  assert.deepEqual(await refusalOf(put('1')), conflict('Version is pointed by a Provisioned Concurrency alias'))
  await put('2')
  for (const qualifier of ['2', 'live']) await remove(qualifier)
})

test('an alias that points to $LATEST is not provisioned, and one that is provisioned does not move there', async () => {
  await client.send(new CreateAliasCommand({ FunctionName: 'f', Name: 'newest', FunctionVersion: '$LATEST' }))
  assert.deepEqual(await refusalOf(put('newest')), unpublished)
  await put('live')
  const toLatest = new UpdateAliasCommand({ FunctionName: 'f', Name: 'live', FunctionVersion: '$LATEST' })
  assert.deepEqual(await refusalOf(client.send(toLatest)), unpublished)
  await remove('live')
})

test('what is provisioned fits into what the function has reserved, and the other way round', async () => {
  await create('fits')
  await reserve('fits', 3)
  await put('1', 2, 'fits')
  assert.equal(await unreserved(), 997)
  const more = invalid(
    'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
  )
  assert.deepEqual(await refusalOf(put('2', 2, 'fits')), more)
  assert.deepEqual(await refusalOf(put('1', 4, 'fits')), more)
  await put('1', 3, 'fits')
  assert.deepEqual(
    await refusalOf(reserve('fits', 1)),
    invalid(" ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [3]."),
  )
  await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: 'fits' }))
  assert.equal(await unreserved(), 997)
  assert.deepEqual(
    await refusalOf(reserve('f', 898)),
    invalid(
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
    ),
  )
  await client.send(new DeleteFunctionCommand({ FunctionName: 'fits' }))
  assert.equal(await unreserved(), 1000)
})

test('of many that provision at the same time only as many succeed as there is room for', async () => {
  await create('crowd')
  await reserve('crowd', 5)
  const outcomes = await Promise.allSettled([put('1', 4, 'crowd'), put('2', 4, 'crowd'), reserve('crowd', 4)])
  const provisioned = outcomes.slice(0, 2).filter(({ status }) => status === 'fulfilled')
  assert.equal(provisioned.length, 1)
  await client.send(new DeleteFunctionCommand({ FunctionName: 'crowd' }))
})

test('invocations of the version run in environments that were provisioned, others do not', async () => {
  await put('live', 1)
  assert.equal((await settled('live')).Status, 'READY')
  for (const [qualifier, expected] of [
    ['live', 'provisioned-concurrency'],
    ['1', 'provisioned-concurrency'],
    ['2', 'on-demand'],
    ['$LATEST', 'on-demand'],
  ] as const)
    assert.equal(await startedBy(qualifier), expected, qualifier)
  await remove('live')
})

test('environments move with the alias', async () => {
  await create('moves')
  await put('live', 1, 'moves')
  await settled('live', 'moves')
  await client.send(new UpdateAliasCommand({ FunctionName: 'moves', Name: 'live', FunctionVersion: '2' }))
  await settled('live', 'moves')
  await poll(async () => ((await startedBy('2', 'moves')) === 'provisioned-concurrency' ? true : undefined))
  assert.equal(await startedBy('1', 'moves'), 'on-demand')
  assert.deepEqual(await refusalOf(get('2', 'moves')), none)
  await client.send(new DeleteAliasCommand({ FunctionName: 'moves', Name: 'live' }))
  assert.deepEqual(await refusalOf(get('live', 'moves')), missingAlias('moves:live'))
  assert.deepEqual(await listed('moves'), [])
})

test('a function whose Init fails cannot be provisioned, and says so', async () => {
  await create('broken', { 'index.mjs': "throw new Error('broken')" })
  await put('1', 2, 'broken')
  const { Status, StatusReason, AllocatedProvisionedConcurrentExecutions } = await settled('1', 'broken')
  assert.deepEqual(
    { Status, StatusReason, AllocatedProvisionedConcurrentExecutions },
    { Status: 'FAILED', StatusReason: 'FUNCTION_ERROR_INIT_FAILURE', AllocatedProvisionedConcurrentExecutions: 0 },
  )
  await client.send(new DeleteFunctionCommand({ FunctionName: 'broken' }))
})

test('an environment serves one invocation after another', async () => {
  await create('counts', { 'index.mjs': 'let count = 0; export const handler = async () => ++count' })
  await put('1', 1, 'counts')
  await settled('1', 'counts')
  for (const payload of [1, 2, 3]) {
    assert.equal((await invoke(server, 'counts', {}, { Qualifier: '1' })).payload, payload)
    assert.equal((await get('1', 'counts')).Status, 'READY')
  }
  await client.send(new DeleteFunctionCommand({ FunctionName: 'counts' }))
})

test('an environment that ends is replaced', async () => {
  const exits = {
    'index.mjs': `export const handler = async ({ exit }) =>
      exit ? process.exit(1) : process.env.AWS_LAMBDA_INITIALIZATION_TYPE`,
  }
  await create('exits', exits)
  await put('1', 1, 'exits')
  await settled('1', 'exits')
  assert.equal((await invoke(server, 'exits', { exit: true }, { Qualifier: '1' })).FunctionError, 'Unhandled')
  assert.equal(await startedBy('1', 'exits'), 'provisioned-concurrency')
  await client.send(new DeleteFunctionCommand({ FunctionName: 'exits' }))
})

test('what is provisioned for a version is kept for it when the function has reserved no more', async () => {
  await create('kept')
  await reserve('kept', 1)
  await put('1', 1, 'kept')
  await settled('1', 'kept')
  assert.equal(await startedBy('1', 'kept'), 'provisioned-concurrency')
  for (const qualifier of ['$LATEST', '2']) assert.deepEqual(await refusalOf(startedBy(qualifier, 'kept')), throttled)
  await client.send(new DeleteFunctionCommand({ FunctionName: 'kept' }))
})

test('environments are provisioned again after a restart', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'lambent-provisioned-'))
  try {
    await using first = await startTestServer({ dataDirectory })
    await createFunction(first, { FunctionName: 'f', code: tells })
    await publishVersion(first, 'f')
    const of = { FunctionName: 'f', Qualifier: '1' }
    await lambdaClient(first).send(
      new PutProvisionedConcurrencyConfigCommand({ ...of, ProvisionedConcurrentExecutions: 1 }),
    )
    await first.kill()
    await using second = await startTestServer({ dataDirectory })
    await poll(async () => {
      const { Status } = await lambdaClient(second).send(new GetProvisionedConcurrencyConfigCommand(of))
      return Status === 'READY' || undefined
    })
    assert.equal((await invoke(second, 'f', {}, { Qualifier: '1' })).payload, 'provisioned-concurrency')
  } finally {
    rmSync(dataDirectory, { recursive: true, force: true })
  }
})

test('pages stay where they are while configs come and go', async () => {
  await create('paged', answering('paged'))
  await put('1', 1, 'paged')
  await put('2', 1, 'paged')
  const { NextMarker = '', ProvisionedConcurrencyConfigs: first = [] } = await list('paged', { MaxItems: 1 })
  assert.deepEqual(
    first.map(({ FunctionArn }) => FunctionArn),
    [arnOf('paged:1')],
  )
  await remove('1', 'paged')
  await client.send(new CreateAliasCommand({ FunctionName: 'paged', Name: 'also', FunctionVersion: '1' }))
  await put('also', 1, 'paged')
  const rest = await list('paged', { Marker: NextMarker })
  assert.deepEqual(
    rest.ProvisionedConcurrencyConfigs?.map(({ FunctionArn }) => FunctionArn),
    [arnOf('paged:2'), arnOf('paged:also')],
  )
  await client.send(new DeleteFunctionCommand({ FunctionName: 'paged', Qualifier: '2' }))
  assert.deepEqual(await listed('paged'), ['also'])
})
