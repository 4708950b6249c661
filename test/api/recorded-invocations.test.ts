import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, invoke, lambdaClient, logsClient, untilUpdated } from '../support/clients.ts'
import { answering } from '../support/functions.ts'
import { startGates } from '../support/gates.ts'
import { poll } from '../support/poll.ts'
import { sendSigned } from '../support/raw.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'

// What was recorded at AWS of invocations, as callers see it.

const PYTHON = { Runtime: 'python3.12', Handler: 'main.handler' } as const
/** Waits at the gate that the event names, then answers. */
const waiting = (answer: string) => ({
  'index.mjs': `export const handler = async ({ gate }) => {
    if (gate) await fetch(gate)
    console.log('${answer} has run')
    return '${answer}'
  }`,
})

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

const send = (name: string, headers: Record<string, string> = {}, body = '{}') =>
  sendSigned(server, { method: 'POST', path: `/2015-03-31/functions/${name}/invocations`, headers, body })

test('a handler that returns nothing answers null, and finds no client context', async () => {
  await createFunction(server, {
    FunctionName: 'node',
    code: { 'index.mjs': 'export const handler = async (e, c) => { if (e.tell) return [c.clientContext ?? null] }' },
  })
  await createFunction(server, {
    FunctionName: 'python',
    code: { 'main.py': 'def handler(e, c):\n    if e.get("tell"): return [c.client_context]' },
    ...PYTHON,
  })
  for (const name of ['node', 'python']) {
    const { status, text, headers } = await send(name)
    assert.deepEqual([status, text, headers['content-length']], [200, 'null', '4'], name)
    assert.deepEqual((await invoke(server, name, { tell: true })).payload, [null], name)
  }
})

test('an event is accepted with nothing but headers', async () => {
  await createFunction(server, { FunctionName: 'event', code: answering('event') })
  const { status, text, headers } = await send('event', { 'x-amz-invocation-type': 'Event' })
  const { 'content-type': type, 'x-amzn-remapped-content-length': remapped, 'x-amzn-trace-id': trace } = headers
  assert.deepEqual([status, text, type, remapped], [202, '', undefined, '0'])
  assert.match(String(trace), /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/)
})

test('the tail of the log is not for events and dry runs', async () => {
  for (const type of ['Event', 'DryRun'])
    assert.equal(
      (await send('event', { 'x-amz-invocation-type': type, 'x-amz-log-type': 'Tail' })).headers['x-amz-log-result'],
      undefined,
    )
})

for (const [what, update] of [
  ['code', (FunctionName: string) => new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zipOf(waiting('new')) })],
  [
    'a configuration',
    (FunctionName: string) =>
      new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: { IS: 'new' } } }),
  ],
] as const)
  test(`an invocation that runs while ${what} is updated ends as it began, and the next one is new`, async () => {
    using gates = await startGates()
    const FunctionName = what.replaceAll(' ', '-')
    const tells = {
      'index.mjs': `export const handler = async ({ gate }) => {
        if (gate) await fetch(gate)
        return process.env.IS ?? 'old'
      }`,
    }
    await createFunction(server, { FunctionName, code: what === 'code' ? waiting('old') : tells, Timeout: 60 })
    const running = invoke(server, FunctionName, { gate: gates.urlFor('old') })
    await gates.reached('old')
    await lambdaClient(server).send(update(FunctionName) as UpdateFunctionCodeCommand)
    await untilUpdated(server, FunctionName)
    assert.equal((await invoke(server, FunctionName)).payload, 'new')
    gates.open('old')
    assert.equal((await running).payload, 'old')
    assert.equal((await invoke(server, FunctionName)).payload, 'new')
  })

test('an event that waited while the code was updated runs the new code', async () => {
  using gates = await startGates()
  const FunctionName = 'queued'
  await createFunction(server, { FunctionName, code: waiting('old'), Timeout: 60 })
  await lambdaClient(server).send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }))
  const running = invoke(server, FunctionName, { gate: gates.urlFor('held') })
  await gates.reached('held')
  assert.equal((await send(FunctionName, { 'x-amz-invocation-type': 'Event' })).status, 202)
  await lambdaClient(server).send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zipOf(waiting('new')) }))
  await untilUpdated(server, FunctionName)
  gates.open('held')
  assert.equal((await running).payload, 'old')
  const ran = await poll(async () => {
    const command = new FilterLogEventsCommand({
      logGroupName: `/aws/lambda/${FunctionName}`,
      filterPattern: '"new has run"',
    })
    const { events = [] } = await logsClient(server).send(command)
    return events.length > 0 ? events.length : undefined
  })
  assert.equal(ran, 1)
})
