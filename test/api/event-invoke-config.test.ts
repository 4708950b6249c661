import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  InvokeCommand,
  type LambdaClient,
  ListFunctionEventInvokeConfigsCommand,
  PutFunctionEventInvokeConfigCommand,
  type PutFunctionEventInvokeConfigCommandInput,
  paginateListFunctionEventInvokeConfigs,
  UpdateFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient } from '../support/clients.ts'
import { answering, arnOf, publishVersion } from '../support/functions.ts'
import { poll } from '../support/poll.ts'
import { sendSigned } from '../support/raw.ts'
import { breaks, invalid, notFound, type Refusal, refusalOf, validation } from '../support/refusal.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { allowRole, motoKeys } from '../support/targets.ts'

let server: TestServer
let client: LambdaClient
before(async () => {
  server = await startTestServer({ environment: motoKeys })
  client = lambdaClient(server)
  await createFunction(server, { FunctionName: 'f', code: answering('f') })
  await createFunction(server, { FunctionName: 'other', code: answering('other') })
  await publishVersion(server, 'f')
  await client.send(new CreateAliasCommand({ FunctionName: 'f', Name: 'live', FunctionVersion: '1' }))
})
after(() => server[Symbol.asyncDispose]())

type Config = Partial<PutFunctionEventInvokeConfigCommandInput>

const put = (input: Config = {}) =>
  client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'f', ...input }))
const update = (input: Config = {}) =>
  client.send(new UpdateFunctionEventInvokeConfigCommand({ FunctionName: 'f', ...input }))
const get = (Qualifier?: string, FunctionName = 'f') =>
  client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName, Qualifier }))
const remove = (Qualifier?: string, FunctionName = 'f') =>
  client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName, Qualifier }))
const list = (FunctionName = 'f', input: { MaxItems?: number; Marker?: string } = {}) =>
  client.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName, ...input }))

function shown<Output extends { $metadata: { httpStatusCode?: number | undefined }; LastModified?: Date | undefined }>({
  $metadata,
  LastModified,
  ...config
}: Output) {
  assert.ok(LastModified instanceof Date)
  return { ...config, status: $metadata.httpStatusCode }
}

const nowhere = { OnSuccess: {}, OnFailure: {} }
const none = (arn: string) => notFound(`The function ${arn} doesn't have an EventInvokeConfig`)
const noFunction = notFound("The function doesn't exist.")
const mismatch = invalid('The derived qualifier from the function name does not match the specified qualifier.')
const nothing = invalid('You must specify at least one of error handling or destination setting.')

test('a config is put, shown, changed, replaced and deleted', async () => {
  const first = shown(await put({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 }))
  const expected = { FunctionArn: arnOf('f:$LATEST'), DestinationConfig: nowhere, status: 200 }
  assert.deepEqual(first, { ...expected, MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 })
  assert.deepEqual(shown(await get()), first)
  const merged = shown(await update({ MaximumRetryAttempts: 0 }))
  assert.deepEqual(merged, { ...first, MaximumRetryAttempts: 0 })
  const replaced = shown(await put({ MaximumEventAgeInSeconds: 60 }))
  assert.deepEqual(replaced, { ...expected, MaximumEventAgeInSeconds: 60 })
  assert.deepEqual(shown(await get('$LATEST')), replaced)
  const { FunctionEventInvokeConfigs = [] } = await list()
  assert.deepEqual(
    FunctionEventInvokeConfigs.map(({ FunctionArn }) => FunctionArn),
    [arnOf('f:$LATEST')],
  )
  assert.equal((await remove()).$metadata.httpStatusCode, 204)
  assert.deepEqual(await refusalOf(get()), none(arnOf('f:$LATEST')))
})

test('the time of the change is in seconds since the epoch', async () => {
  const startedMs = Date.now()
  await put({ MaximumRetryAttempts: 1 })
  const { body } = await sendSigned(server, { method: 'GET', path: '/2019-09-25/functions/f/event-invoke-config' })
  const changedMs = Number(body.LastModified) * 1000
  assert.ok(startedMs - 1 <= changedMs && changedMs <= Date.now())
  await remove()
})

test('$LATEST, a version and an alias have a config each', async () => {
  for (const [Qualifier, MaximumRetryAttempts] of [
    [undefined, 0],
    ['1', 1],
    ['live', 2],
  ] as const)
    await put({ Qualifier, MaximumRetryAttempts })
  const attempts = await Promise.all(
    ['$LATEST', '1', 'live'].map(async (qualifier) => (await get(qualifier)).MaximumRetryAttempts),
  )
  assert.deepEqual(attempts, [0, 1, 2])
  assert.equal((await get(undefined, 'f:live')).FunctionArn, arnOf('f:live'))
  await remove('1')
  const { FunctionEventInvokeConfigs = [] } = await list()
  assert.deepEqual(FunctionEventInvokeConfigs.map(({ FunctionArn }) => FunctionArn).sort(), [
    arnOf('f:$LATEST'),
    arnOf('f:live'),
  ])
  for (const qualifier of ['$LATEST', 'live']) await remove(qualifier)
})

const destination = (Destination: string) => ({ OnSuccess: { Destination } })
const provided = (parts: string) => invalid(`The provided destination config DestinationConfig(${parts}) is invalid.`)
const DESTINATION_PATTERN =
  '$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)'
const iamArn = arnOf('f').replace('lambda', 'iam')
const oddArn = arnOf('f').replace(':lambda', ':_-/!lambda')
const queue = 'arn:aws:sqs:us-east-1:000000000000:q'
const topic = 'arn:aws:sns:us-east-1:000000000000:t'
const bus = 'arn:aws:events:us-east-1:000000000000:event-bus/b'
const bucket = 'arn:aws:s3:::b'
const retries = { MaximumRetryAttempts: 1 }

const refusals: readonly { name: string; call: () => Promise<unknown>; expected: Refusal }[] = [
  {
    name: 'putting for a missing name',
    call: () => put({ FunctionName: 'doesnotexist', ...retries }),
    expected: noFunction,
  },
  {
    name: 'putting for a missing ARN',
    call: () => put({ FunctionName: arnOf('doesnotexist'), ...retries }),
    expected: noFunction,
  },
  { name: 'putting nothing', call: () => put(), expected: nothing },
  {
    name: 'a destination that is no function',
    call: () => put({ DestinationConfig: destination(arnOf('doesnotexist')) }),
    expected: invalid(`The destination ARN ${arnOf('doesnotexist')} is invalid.`),
  },
  {
    name: 'a destination in another region',
    call: () => put({ DestinationConfig: destination(arnOf('other').replace('us-east-1', 'eu-west-1')) }),
    expected: invalid(`The destination ARN ${arnOf('other').replace('us-east-1', 'eu-west-1')} is invalid.`),
  },
  {
    name: 'a destination that is some other resource of Lambda',
    call: () => put({ DestinationConfig: destination('arn:aws:lambda:us-east-1:000000000000:layer:f:1') }),
    expected: invalid('The destination ARN arn:aws:lambda:us-east-1:000000000000:layer:f:1 is invalid.'),
  },
  {
    name: 'the function itself as a destination',
    call: () => put({ DestinationConfig: destination(arnOf('f')) }),
    expected: invalid("You can't specify the function as a destination for itself."),
  },
  {
    name: 'a destination of another service',
    call: () => put({ DestinationConfig: destination(iamArn) }),
    expected: provided(`onSuccess=OnSuccess(destination=${iamArn}), onFailure=null`),
  },
  {
    name: 'a bucket for successes',
    call: () => put({ DestinationConfig: { ...destination(bucket), OnFailure: { Destination: queue } } }),
    expected: provided(`onSuccess=OnSuccess(destination=${bucket}), onFailure=OnFailure(destination=${queue})`),
  },
  {
    name: 'a destination that is no ARN',
    call: () => put({ DestinationConfig: { OnFailure: { Destination: oddArn } } }),
    expected: validation(
      breaks(
        'destinationConfig.onFailure.destination',
        oddArn,
        `satisfy regular expression pattern: ${DESTINATION_PATTERN}`,
      ),
    ),
  },
  {
    name: 'putting for a missing alias',
    call: () => put({ Qualifier: 'doesnotexist', ...retries }),
    expected: noFunction,
  },
  {
    name: 'a qualifier beside that of an ARN',
    call: () => put({ FunctionName: arnOf('f:live'), Qualifier: 'other', ...retries }),
    expected: mismatch,
  },
  {
    name: 'a qualifier beside that of a name',
    call: () => put({ FunctionName: 'f:live', Qualifier: 'other', ...retries }),
    expected: mismatch,
  },
  {
    name: 'a version beside an alias',
    call: () => put({ FunctionName: 'f:live', Qualifier: '1', ...retries }),
    expected: mismatch,
  },
  {
    name: '$LATEST beside a version',
    call: () => put({ FunctionName: 'f:1', Qualifier: '$LATEST', ...retries }),
    expected: mismatch,
  },
  { name: 'deleting what was not put', call: () => remove(), expected: none(arnOf('f:$LATEST')) },
  {
    name: 'deleting of a missing function',
    call: () => remove(undefined, 'doesnotexist'),
    expected: none(arnOf('doesnotexist:$LATEST')),
  },
  { name: 'listing for a missing function', call: () => list('doesnotexist'), expected: noFunction },
  {
    name: 'getting of a missing function',
    call: () => get(undefined, 'doesnotexist'),
    expected: none(arnOf('doesnotexist:$LATEST')),
  },
  {
    name: 'getting at a missing qualifier',
    call: () => get('doesnotexist'),
    expected: none(arnOf('f:doesnotexist')),
  },
  { name: 'getting at a missing version', call: () => get('1221'), expected: none(arnOf('f:1221')) },
  { name: 'getting at a version without', call: () => get('1'), expected: none(arnOf('f:1')) },
  { name: 'getting at an alias without', call: () => get('live'), expected: none(arnOf('f:live')) },
  {
    name: 'getting from another region',
    call: () => get(undefined, arnOf('f').replace('us-east-1', 'eu-west-1')),
    expected: notFound("Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"),
  },
  {
    name: 'updating for a missing function',
    call: () => update({ FunctionName: 'doesnotexist', ...retries }),
    expected: noFunction,
  },
  {
    name: 'updating at an alias without',
    call: () => update({ Qualifier: 'live', ...retries }),
    expected: none(arnOf('f:live')),
  },
  { name: 'updating what was not put', call: () => update(retries), expected: none(arnOf('f:$LATEST')) },
  {
    name: 'a queue that keeps an order, without which AWS sends',
    call: () => put({ DestinationConfig: destination(`${queue}.fifo`) }),
    expected: provided(`onSuccess=OnSuccess(destination=${queue}.fifo), onFailure=null`),
  },
  ...(
    [
      [queue, 'SendMessage'],
      [topic, 'Publish'],
      [bus, 'PutEvents'],
      [arnOf('other'), 'InvokeFunction'],
      [bucket, 'PutObject'],
    ] as const
  ).map(([arn, call]) => ({
    name: `${arn}, on which the role may not call ${call}`,
    call: () => put({ DestinationConfig: { OnFailure: { Destination: arn } } }),
    expected: invalid(`The function's execution role does not have permissions to call ${call} on ${arn}`),
  })),
]

for (const { name, call, expected } of refusals)
  test(`refused as AWS does: ${name}`, async () => {
    assert.deepEqual(await refusalOf(call()), expected)
  })

test('destinations are put, kept by what does not name them, replaced and taken away', async () => {
  await allowRole(server, 'test-role', 'sqs:SendMessage', 'sns:Publish', 'lambda:InvokeFunction')
  const both = { OnSuccess: { Destination: queue }, OnFailure: { Destination: arnOf('other') } }
  assert.deepEqual((await put({ DestinationConfig: both })).DestinationConfig, both)
  assert.deepEqual((await update(retries)).DestinationConfig, both)
  const topicAfterwards = { ...both, OnFailure: { Destination: topic } }
  assert.deepEqual(
    (await update({ DestinationConfig: { OnFailure: { Destination: topic } } })).DestinationConfig,
    topicAfterwards,
  )
  assert.deepEqual((await get()).DestinationConfig, topicAfterwards)
  assert.deepEqual((await put(retries)).DestinationConfig, nowhere)
  await remove()
  await allowRole(server, 'test-role')
})

test('a bucket needs the right to list it as well', async () => {
  await allowRole(server, 'test-role', 's3:PutObject')
  assert.deepEqual(
    await refusalOf(put({ DestinationConfig: { OnFailure: { Destination: bucket } } })),
    invalid(`The function's execution role does not have permissions to call ListBucket on ${bucket}`),
  )
  await allowRole(server, 'test-role', 's3:PutObject', 's3:ListBucket')
  await put({ DestinationConfig: { OnFailure: { Destination: bucket } } })
  await remove()
  await allowRole(server, 'test-role')
})

test('a server without credentials refuses what it could not deliver to', async () => {
  // Nothing is looked for outside.
  const environment = { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nowhere' }
  await using alone = await startTestServer({ environment })
  await createFunction(alone, { FunctionName: 'f', code: answering('f') })
  const input = { FunctionName: 'f', DestinationConfig: destination(queue) }
  assert.deepEqual(
    await refusalOf(lambdaClient(alone).send(new PutFunctionEventInvokeConfigCommand(input))),
    invalid(
      'lambent cannot reach SQS: it has no credentials. Set LAMBENT_AWS_ACCESS_KEY_ID and LAMBENT_AWS_SECRET_ACCESS_KEY, and --sqs-endpoint or --aws-endpoint unless it is to call AWS itself.',
    ),
  )
})

test('empty destinations are none', async () => {
  const config = await put({ DestinationConfig: { OnSuccess: { Destination: '' }, OnFailure: {} } })
  assert.deepEqual(config.DestinationConfig, nowhere)
  await remove()
})

test('updates that come at the same time are all made', async () => {
  await put(retries)
  await Promise.all([
    update({ MaximumRetryAttempts: 0 }),
    ...Array.from({ length: 10 }, (_, i) => update({ MaximumEventAgeInSeconds: 100 + i })),
  ])
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds = 0 } = await get()
  assert.equal(MaximumRetryAttempts, 0)
  assert.ok(MaximumEventAgeInSeconds >= 100)
  await remove()
})

test('pages stay where they are while configs come and go', async () => {
  await createFunction(server, { FunctionName: 'paged', code: answering('paged') })
  const alias = async (Name: string) => {
    await client.send(new CreateAliasCommand({ FunctionName: 'paged', Name, FunctionVersion: '$LATEST' }))
    await put({ FunctionName: 'paged', Qualifier: Name, ...retries })
  }
  for (const name of ['b', 'd', 'f', 'h']) await alias(name)
  const { FunctionEventInvokeConfigs: first = [], NextMarker = '' } = await list('paged', { MaxItems: 2 })
  for (const name of ['a', 'e']) await alias(name)
  await remove('d', 'paged')
  const { FunctionEventInvokeConfigs: rest = [], ...last } = await list('paged', { Marker: NextMarker })
  assert.deepEqual(
    [...first, ...rest].map(({ FunctionArn }) => FunctionArn?.split(':').at(-1)),
    ['b', 'd', 'e', 'f', 'h'],
  )
  assert.equal(last.NextMarker, undefined)
  const all: unknown[] = []
  for await (const page of paginateListFunctionEventInvokeConfigs({ client, pageSize: 1 }, { FunctionName: 'paged' }))
    all.push(...(page.FunctionEventInvokeConfigs ?? []))
  assert.equal(all.length, 5)
  assert.deepEqual(await refusalOf(list('paged', { Marker: 'nonsense' })), invalid('The provided marker is invalid.'))
})

test('a config goes with its alias, its version and its function', async () => {
  await createFunction(server, { FunctionName: 'gone', code: answering('gone') })
  await publishVersion(server, 'gone')
  const alias = { FunctionName: 'gone', Name: 'live', FunctionVersion: '1' }
  await client.send(new CreateAliasCommand(alias))
  for (const Qualifier of ['$LATEST', '1', 'live']) await put({ FunctionName: 'gone', Qualifier, ...retries })
  const left = async () =>
    (await list('gone')).FunctionEventInvokeConfigs?.map(({ FunctionArn }) => FunctionArn?.split(':').at(-1))
  const deleteVersion = () => client.send(new DeleteFunctionCommand({ FunctionName: 'gone', Qualifier: '1' }))
  await assert.rejects(deleteVersion())
  assert.deepEqual(await left(), ['$LATEST', '1', 'live'])
  await client.send(new DeleteAliasCommand(alias))
  assert.deepEqual(await left(), ['$LATEST', '1'])
  await deleteVersion()
  assert.deepEqual(await left(), ['$LATEST'])
  await client.send(new DeleteFunctionCommand({ FunctionName: 'gone' }))
  await createFunction(server, { FunctionName: 'gone', code: answering('gone') })
  assert.deepEqual(await left(), [])
})

for (const [says, config, why] of [
  ['no retries', { MaximumRetryAttempts: 0 }, 'RetriesExhausted'],
  ['an age that ends before the first retry', { MaximumEventAgeInSeconds: 60 }, 'EventAgeExceeded'],
] as const)
  test(`a failing event runs once when its config says ${says}`, async () => {
    const FunctionName = `fails-${Object.keys(config)}`
    await createFunction(server, { FunctionName, code: 'throw-node' })
    await put({ FunctionName, ...config })
    const { $metadata } = await client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event' }))
    const line = await poll(() =>
      server
        .errors()
        .split('\n')
        .find((text) => text.includes(String($metadata.requestId))),
    )
    assert.ok(line.includes(why), line)
  })
