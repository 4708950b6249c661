import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, invoke, lambdaClient, logsClient } from '../support/clients.ts'
import { answering, arnOf, configurationOf, publishVersion } from '../support/functions.ts'
import { startGates } from '../support/gates.ts'
import { HOLDS, holdEvents, holdOf } from '../support/hold-events.ts'
import { poll } from '../support/poll.ts'
import { sendSigned } from '../support/raw.ts'
import { invalid, notFound, type Refusal, refusalIn, refusalOf, throttled, validation } from '../support/refusal.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

const put = (FunctionName: string, ReservedConcurrentExecutions: number, on = server) =>
  lambdaClient(on).send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }))
const get = async (FunctionName: string, on = server) =>
  (await lambdaClient(on).send(new GetFunctionConcurrencyCommand({ FunctionName }))).ReservedConcurrentExecutions
const release = (FunctionName: string) =>
  lambdaClient(server).send(new DeleteFunctionConcurrencyCommand({ FunctionName }))
const create = (FunctionName: string, code: string | Record<string, string> = answering(FunctionName)) =>
  createFunction(server, { FunctionName, code })
const reservedOf = async (FunctionName: string, Qualifier?: string) =>
  (await lambdaClient(server).send(new GetFunctionCommand({ FunctionName, Qualifier }))).Concurrency

test('concurrency is reserved, changed, shown and released', async () => {
  await create('life')
  const path = '/2019-09-30/functions/life/concurrency'
  assert.equal((await sendSigned(server, { method: 'GET', path })).text, '{}')
  assert.equal(await reservedOf('life'), undefined)
  for (const executions of [5, 0, 7]) {
    const { $metadata, ...answer } = await put('life', executions)
    assert.deepEqual([$metadata.httpStatusCode, answer], [200, { ReservedConcurrentExecutions: executions }])
    assert.equal(await get('life'), executions)
    assert.deepEqual(await reservedOf('life'), { ReservedConcurrentExecutions: executions })
  }
  await publishVersion(server, 'life')
  assert.deepEqual(await reservedOf('life', '1'), { ReservedConcurrentExecutions: 7 })
  for (const _ of ['set', 'unset']) assert.equal((await release('life')).$metadata.httpStatusCode, 204)
  assert.equal(await get('life'), undefined)
})

test('a function may be named by its ARN', async () => {
  await create('by-arn')
  await put(arnOf('by-arn'), 3)
  assert.equal(await get(arnOf('by-arn')), 3)
})

test('a function that has reserved nothing at all is throttled, in every version, until it is released', async () => {
  await create('blocked')
  await publishVersion(server, 'blocked')
  await put('blocked', 0)
  for (const Qualifier of [undefined, '$LATEST', '1'])
    assert.deepEqual(await refusalOf(invoke(server, 'blocked', {}, { Qualifier })), throttled)
  const answer = await sendSigned(server, { method: 'POST', path: '/2015-03-31/functions/blocked/invocations' })
  assert.equal(
    answer.text,
    '{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}',
  )
  assert.equal((await invoke(server, 'blocked', {}, { InvocationType: 'DryRun' })).StatusCode, 204)
  await release('blocked')
  assert.equal((await invoke(server, 'blocked')).payload, 'blocked')
})

test('no more invocations run than are reserved, over all versions together', async () => {
  using gates = await startGates()
  await create('two', {
    'index.mjs': "export const handler = async ({ gate }) => { if (gate) await fetch(gate); return 'passed' }",
  })
  await publishVersion(server, 'two')
  await put('two', 2)
  const refused: { readonly name: string; readonly Reason?: string }[] = []
  const invocations = ['$LATEST', '1', '$LATEST', '1', '1'].map((Qualifier) =>
    invoke(server, 'two', { gate: gates.urlFor('two') }, { Qualifier }).catch((reason) => void refused.push(reason)),
  )
  // Those that run wait until the others have been refused.
  await poll(() => refused.length === 3 || undefined)
  gates.open('two')
  const ran = (await Promise.all(invocations)).filter((answer) => answer !== undefined)
  assert.deepEqual(
    ran.map(({ payload }) => payload),
    ['passed', 'passed'],
  )
  for (const { name, Reason } of refused)
    assert.deepEqual([name, Reason], ['TooManyRequestsException', 'ReservedFunctionConcurrentInvocationLimitExceeded'])
  // What ended makes room again.
  assert.equal((await invoke(server, 'two')).payload, 'passed')
})

test('an event waits while its function is throttled, and runs when there is room', async () => {
  const code = { 'index.mjs': `export const handler = async (event) => { ${HOLDS}; console.log('ran', event.id) }` }
  using gates = await startGates()
  await create('waiting', code)
  await holdEvents(server, 'waiting', gates)
  const { StatusCode } = await invoke(server, 'waiting', { id: 'queued' }, { InvocationType: 'Event' })
  assert.equal(StatusCode, 202)
  gates.open(holdOf('waiting'))
  await poll(async () => {
    const { events = [] } = await logsClient(server)
      .send(new FilterLogEventsCommand({ logGroupName: '/aws/lambda/waiting', filterPattern: 'queued' }))
      .catch(() => ({ events: [] }))
    return events[0]
  })
})

test('a reservation goes with its function', async () => {
  await create('reborn')
  await put('reborn', 0)
  await lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName: 'reborn' }))
  await create('reborn')
  assert.equal(await get('reborn'), undefined)
  assert.equal((await invoke(server, 'reborn')).payload, 'reborn')
})

test('a reservation survives a crash', async () => {
  await using first = await startTestServer()
  const { dataDirectory } = first
  await createFunction(first, { FunctionName: 'f', code: answering('f') })
  await put('f', 0, first)
  await first.kill()
  await using second = await startTestServer({ dataDirectory })
  assert.equal(await get('f', second), 0)
  assert.deepEqual(await refusalOf(invoke(second, 'f')), throttled)
})

const tooMuch = invalid(
  "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
)

test('a hundred of the account stay unreserved, also when many reserve at the same time', async () => {
  await using own = await startTestServer()
  const names = ['a', 'b', 'c', 'd']
  for (const FunctionName of names) await createFunction(own, { FunctionName, code: answering(FunctionName) })
  for (const executions of [901, 1000, 1001, 2 ** 31 - 1])
    assert.deepEqual(await refusalOf(put('a', executions, own)), tooMuch)
  await put('a', 900, own)
  assert.deepEqual(await refusalOf(put('b', 1, own)), tooMuch)
  await put('b', 0, own)
  await put('a', 0, own)
  const made = await Promise.allSettled(names.map((name) => put(name, 300, own)))
  assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 3)
})

test('a reservation leaves the revision of the function as it is', async () => {
  await create('quiet')
  const before = await configurationOf(server, 'quiet')
  await put('quiet', 1)
  await release('quiet')
  assert.deepEqual(await configurationOf(server, 'quiet'), before)
})

const onlyFunctions = invalid(
  'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
)
const PUT = { method: 'PUT', date: '2017-10-31' } as const
const GET = { method: 'GET', date: '2019-09-30' } as const
const DELETE = { method: 'DELETE', date: '2017-10-31' } as const
const one = '{"ReservedConcurrentExecutions":1}'

interface Case {
  readonly operation: { readonly method: string; readonly date: string }
  readonly name: string
  readonly body?: string
  readonly expected: Refusal
  readonly keys?: readonly string[]
}

const refused: readonly Case[] = [
  {
    operation: PUT,
    name: 'doesnotexist',
    body: one,
    expected: notFound(`Function not found: ${arnOf('doesnotexist')}:$LATEST`),
    keys: ['Type', 'Message'],
  },
  {
    operation: PUT,
    name: 'doesnotexist',
    body: '{"ReservedConcurrentExecutions":10000}',
    expected: notFound(`Function not found: ${arnOf('doesnotexist')}:$LATEST`),
    keys: ['Type', 'Message'],
  },
  { operation: PUT, name: arnOf('f:$LATEST'), body: one, expected: onlyFunctions, keys: ['Type', 'message'] },
  { operation: PUT, name: 'f:1', body: one, expected: onlyFunctions },
  { operation: GET, name: 'f:live', expected: onlyFunctions },
  { operation: DELETE, name: 'f:1', expected: onlyFunctions },
  {
    operation: GET,
    name: 'doesnotexist',
    expected: notFound(`Function not found: ${arnOf('doesnotexist')}`),
    keys: ['Type', 'Message'],
  },
  { operation: DELETE, name: 'doesnotexist', expected: notFound(`Function not found: ${arnOf('doesnotexist')}`) },
  {
    operation: PUT,
    name: 'f',
    body: '{"ReservedConcurrentExecutions":901}',
    expected: tooMuch,
    keys: ['message'],
  },
  {
    operation: PUT,
    name: 'f',
    body: '{"ReservedConcurrentExecutions":-1}',
    expected: validation(
      "Value '-1' at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 0",
    ),
    keys: ['message'],
  },
  {
    operation: PUT,
    name: 'f',
    body: '{}',
    expected: validation(
      "Value null at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must not be null",
    ),
    keys: ['message'],
  },
]

test('what is refused reserves nothing', async (t) => {
  await create('f')
  for (const { operation, name, body = '', expected, keys } of refused)
    await t.test(`${operation.method} of ${name} ${body} is refused`, async () => {
      const answer = await sendSigned(server, {
        method: operation.method,
        path: `/${operation.date}/functions/${encodeURIComponent(name)}/concurrency`,
        body,
      })
      assert.deepEqual(refusalIn(answer), expected)
      if (keys) assert.deepEqual(Object.keys(answer.body), keys)
    })
  assert.equal(await get('f'), undefined)
})
