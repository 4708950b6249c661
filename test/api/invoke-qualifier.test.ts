import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  InvokeAsyncCommand,
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, invoke, lambdaClient, logsClient, untilUpdated } from '../support/clients.ts'
import { answering, arnOf, describeAs, publishAnswering, publishVersion } from '../support/functions.ts'
import { startGates } from '../support/gates.ts'
import { HOLDS, holdEvents } from '../support/hold-events.ts'
import { poll } from '../support/poll.ts'
import { sendSigned } from '../support/raw.ts'
import { invalid, notFound, refusalIn, refusalOf } from '../support/refusal.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
  await createFunction(server, { FunctionName: 'f', code: answering('v0') })
  await publishAnswering(server, 'f', 2)
  await alias('one', '1')
  await alias('newest', '$LATEST')
})
after(() => server[Symbol.asyncDispose]())

const send = () => lambdaClient(server)
const alias = (Name: string, FunctionVersion: string, FunctionName = 'f', weights?: Record<string, number>) =>
  send().send(
    new CreateAliasCommand({
      FunctionName,
      Name,
      FunctionVersion,
      ...(weights && { RoutingConfig: { AdditionalVersionWeights: weights } }),
    }),
  )

const addressed: readonly { name: string; qualifier?: string; runs: string; version: string }[] = [
  { name: 'f', runs: 'v2', version: '$LATEST' },
  { name: 'f', qualifier: '$LATEST', runs: 'v2', version: '$LATEST' },
  { name: 'f', qualifier: '1', runs: 'v1', version: '1' },
  { name: 'f:1', runs: 'v1', version: '1' },
  { name: 'f:2', qualifier: '2', runs: 'v2', version: '2' },
  { name: 'f', qualifier: 'one', runs: 'v1', version: '1' },
  { name: arnOf('f:one'), runs: 'v1', version: '1' },
  { name: 'f:newest', runs: 'v2', version: '$LATEST' },
]

for (const { name, qualifier, runs, version } of addressed)
  test(`${name}${qualifier ? ` at ${qualifier}` : ''} runs version ${version}`, async () => {
    const answer = await invoke(server, name, {}, { Qualifier: qualifier })
    assert.equal(answer.payload, runs)
    assert.equal(answer.ExecutedVersion, version)
  })

test('a dry run of a version or an alias runs nothing', async () => {
  for (const Qualifier of ['1', 'one']) {
    const answer = await send().send(new InvokeCommand({ FunctionName: 'f', Qualifier, InvocationType: 'DryRun' }))
    assert.equal(answer.$metadata.httpStatusCode, 204)
    assert.equal(answer.ExecutedVersion, undefined)
  }
})

const unknown: readonly { name: string; qualifier?: string; shown: string }[] = [
  { name: 'f', qualifier: '7', shown: 'f:7' },
  { name: 'f', qualifier: 'non-existent-alias', shown: 'f:non-existent-alias' },
  { name: 'f', qualifier: '$latest', shown: 'f:$latest' },
  { name: 'f', qualifier: 'a'.repeat(65), shown: `f:${'a'.repeat(65)}` },
  { name: 'f:0', shown: 'f:0' },
  { name: 'f:01', shown: 'f:01' },
  { name: 'gone:one', shown: 'gone:one' },
  { name: 'gone', shown: 'gone:$LATEST' },
]

for (const InvocationType of ['RequestResponse', 'Event', 'DryRun'] as const)
  for (const { name, qualifier, shown } of unknown)
    test(`${InvocationType} of ${name}${qualifier ? ` at ${qualifier}` : ''} finds nothing`, async () => {
      const refusal = await refusalOf(invoke(server, name, {}, { Qualifier: qualifier, InvocationType }))
      assert.deepEqual(refusal, notFound(`Function not found: ${arnOf(shown)}`))
    })

test('an alias beside another qualifier is refused', async () => {
  assert.deepEqual(
    await refusalOf(invoke(server, 'f:one', {}, { Qualifier: '1' })),
    invalid('The derived qualifier from the function name does not match the specified qualifier.'),
  )
})

for (const runtime of ['node', 'python'])
  test(`context and environment of a ${runtime} function show the version that runs and the qualifier as given`, async () => {
    const FunctionName = `context-${runtime}`
    await createFunction(server, {
      FunctionName,
      code: `context-${runtime}`,
      ...(runtime === 'python' && { Runtime: 'python3.12', Handler: 'lambda_function.lambda_handler' }),
    })
    await publishVersion(server, FunctionName)
    await alias('live', '1', FunctionName)
    for (const [Qualifier, version] of [
      [undefined, '$LATEST'],
      ['$LATEST', '$LATEST'],
      ['1', '1'],
      ['live', '1'],
    ] as const) {
      const { payload } = await invoke(server, FunctionName, {}, { Qualifier })
      const text = JSON.stringify(payload)
      assert.equal(payload.environment.AWS_LAMBDA_FUNCTION_VERSION, version)
      assert.ok(text.includes(`"${arnOf(Qualifier ? `${FunctionName}:${Qualifier}` : FunctionName)}"`), text)
    }
  })

test('versions have environments of their own', async () => {
  const code = { 'index.mjs': 'let calls = 0; export const handler = async () => ++calls' }
  await createFunction(server, { FunctionName: 'counter', code })
  await publishVersion(server, 'counter')
  await alias('live', '1', 'counter')
  const calls = async (name: string) => (await invoke(server, name)).payload
  assert.deepEqual([await calls('counter'), await calls('counter')], [1, 2])
  assert.deepEqual([await calls('counter:1'), await calls('counter:live')], [1, 2])
  assert.equal(await calls('counter'), 3)
  // A change of $LATEST leaves the environments of a version alone.
  await send().send(new UpdateFunctionConfigurationCommand({ FunctionName: 'counter', Timeout: 9 }))
  await untilUpdated(server, 'counter')
  assert.deepEqual([await calls('counter'), await calls('counter:1')], [1, 3])
})

const CALLS = 400

test('an alias with a weight draws anew for each invocation, and tells which version ran', async () => {
  await alias('split', '1', 'f', { 2: 0.25 })
  const ran = { v1: 0, v2: 0 }
  for (let i = 0; i < CALLS; i++) {
    const { payload, ExecutedVersion } = await invoke(server, 'f:split')
    assert.equal(payload, `v${ExecutedVersion}`)
    ran[payload as 'v1' | 'v2']++
  }
  // A hundred expected with a standard deviation of 8.7: these bounds are six of them away.
  assert.ok(ran.v2 > 48 && ran.v2 < 152, JSON.stringify(ran))
})

for (const [weight, version] of [
  [0, '1'],
  [1, '2'],
] as const)
  test(`a weight of ${weight} runs version ${version} only`, async () => {
    await alias(`all-${version}`, '1', 'f', { 2: weight })
    for (let i = 0; i < 30; i++) assert.equal((await invoke(server, `f:all-${version}`)).ExecutedVersion, version)
  })

test('an alias that moves is followed by the next invocation', async () => {
  await alias('moving', '1')
  for (const version of ['2', '1', '2']) {
    await send().send(new UpdateAliasCommand({ FunctionName: 'f', Name: 'moving', FunctionVersion: version }))
    assert.equal((await invoke(server, 'f:moving')).ExecutedVersion, version)
  }
  await send().send(new DeleteAliasCommand({ FunctionName: 'f', Name: 'moving' }))
  assert.deepEqual(await refusalOf(invoke(server, 'f:moving')), notFound(`Function not found: ${arnOf('f:moving')}`))
})

/** Logs what ran, under which version, for which qualifier or name. */
const LOGGING = {
  'index.mjs': `export const handler = async (event, { functionVersion, invokedFunctionArn }) => {
    ${HOLDS}
    console.log(['ran', event.id, 'as', functionVersion, 'for', invokedFunctionArn.split(':').at(-1)].join(' '))
  }`,
}

const logged = (FunctionName: string, filterPattern: string, on = server) =>
  poll(async () => {
    const { events = [] } = await logsClient(on)
      .send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${FunctionName}`, filterPattern }))
      .catch(() => ({ events: [] }))
    return events[0]?.message?.trim().replace(/^.*(?=ran )/s, '')
  })

test('an event runs the version that its alias points to', async () => {
  await createFunction(server, { FunctionName: 'events', code: LOGGING })
  await publishVersion(server, 'events')
  await alias('live', '1', 'events')
  const answer = await sendSigned(server, {
    method: 'POST',
    path: '/2015-03-31/functions/events/invocations?Qualifier=live',
    headers: { 'x-amz-invocation-type': 'Event' },
    body: '{"id":"alias"}',
  })
  assert.deepEqual([answer.status, answer.text, answer.headers['x-amz-executed-version']], [202, '', undefined])
  assert.equal(await logged('events', 'alias'), 'ran alias as 1 for live')
  await invoke(server, 'events:1', { id: 'version' }, { InvocationType: 'Event' })
  assert.equal(await logged('events', 'version'), 'ran version as 1 for 1')
})

test('an event that waited runs what its alias points to by then, also after a crash', async () => {
  using gates = await startGates()
  await using first = await startTestServer()
  const { dataDirectory } = first
  await createFunction(first, { FunctionName: 'late', code: LOGGING, Timeout: 900 })
  await publishVersion(first, 'late')
  await describeAs(first, 'late', 'second')
  await publishVersion(first, 'late')
  const names = { FunctionName: 'late', Name: 'live' }
  await lambdaClient(first).send(new CreateAliasCommand({ ...names, FunctionVersion: '1' }))
  await holdEvents(first, 'late', gates)
  await invoke(first, 'late:live', { id: 'moved' }, { InvocationType: 'Event' })
  await lambdaClient(first).send(new UpdateAliasCommand({ ...names, FunctionVersion: '2' }))
  await first.kill()

  await using second = await startTestServer({ dataDirectory })
  assert.equal(await logged('late', 'moved', second), 'ran moved as 2 for live')
})

test('an event that waited runs the code that its function has by then', async () => {
  using gates = await startGates()
  await using own = await startTestServer()
  const FunctionName = 'renewed'
  const code = (which: string) => ({
    'index.mjs': `export const handler = async (event) => { ${HOLDS}; console.log(\`ran ${which} for \${event.id}\`) }`,
  })
  await createFunction(own, { FunctionName, code: code('old'), Timeout: 900 })
  await holdEvents(own, FunctionName, gates)
  await invoke(own, FunctionName, { id: 'waited' }, { InvocationType: 'Event' })
  const client = lambdaClient(own)
  await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zipOf(code('new')) }))
  await untilUpdated(own, FunctionName)
  await client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 2 }))
  assert.equal(await logged(FunctionName, 'waited', own), 'ran new for waited')
  // It would wait for the invocation that held the event.
  await own.kill()
})

test('InvokeAsync puts the event into the same queue', async () => {
  await createFunction(server, { FunctionName: 'async', code: LOGGING })
  await publishVersion(server, 'async')
  const { Status, $metadata } = await send().send(
    new InvokeAsyncCommand({ FunctionName: 'async', InvokeArgs: '{"id":"sdk"}' }),
  )
  assert.deepEqual([Status, $metadata.httpStatusCode], [202, 202])
  assert.equal(await logged('async', 'sdk'), 'ran sdk as $LATEST for async')
  const raw = await sendSigned(server, {
    method: 'POST',
    path: '/2014-11-13/functions/async:1/invoke-async',
    body: '{"id":"raw"}',
  })
  assert.deepEqual([raw.status, raw.text], [202, ''])
  assert.equal(await logged('async', 'raw'), 'ran raw as 1 for 1')
})

const asyncRefused = [
  { path: 'gone', body: '{}', status: 404, code: 'ResourceNotFoundException' },
  { path: 'f:7', body: '{}', status: 404, code: 'ResourceNotFoundException' },
  { path: 'f', body: 'no json', status: 400, code: 'InvalidRequestContentException' },
  { path: 'f', body: JSON.stringify('a'.repeat(1_048_575)), status: 413, code: 'RequestEntityTooLargeException' },
]

for (const { path, body, status, code } of asyncRefused)
  test(`InvokeAsync of ${path} with ${body.length} bytes that begin with ${body.slice(0, 7)} is refused`, async () => {
    const answer = await sendSigned(server, {
      method: 'POST',
      path: `/2014-11-13/functions/${path}/invoke-async/`,
      body,
    })
    const refusal = refusalIn(answer)
    assert.deepEqual([refusal.status, refusal.code], [status, code])
  })
