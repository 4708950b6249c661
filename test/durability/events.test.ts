import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DeleteFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda'
import { createFunction, invoke, lambdaClient, logsClient } from '../support/clients.ts'
import { dataDirectory } from '../support/directories.ts'
import { startGates } from '../support/gates.ts'
import { HOLDS, holdEvents } from '../support/hold-events.ts'
import { poll } from '../support/poll.ts'
import { processesWith } from '../support/processes.ts'
import { startRecorder } from '../support/recorder.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

// What was answered with 202 runs, whatever happens to the server.

/** Sends the events at the same time and returns when each has been accepted, with their request ids. */
async function sendEvents(server: TestServer, FunctionName: string, events: readonly object[]): Promise<string[]> {
  const client = lambdaClient(server)
  const accepted = await Promise.all(
    events.map((event) =>
      client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(event) })),
    ),
  )
  client.destroy()
  for (const { StatusCode } of accepted) assert.equal(StatusCode, 202)
  return accepted.map(({ $metadata }) => $metadata.requestId ?? '')
}

/** All messages of the function in all streams that hold the text. */
async function logged(server: TestServer, name: string, text: string): Promise<string[]> {
  const input = { logGroupName: `/aws/lambda/${name}`, filterPattern: JSON.stringify(text) }
  const messages: string[] = []
  let nextToken: string | undefined
  do {
    const page = await logsClient(server).send(new FilterLogEventsCommand({ ...input, nextToken }))
    messages.push(...(page.events ?? []).map(({ message = '' }) => message.trimEnd()))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return messages
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `number-${index}`)

test('a thousand events run although the server is killed right after it accepted them', async () => {
  using directory = dataDirectory()
  using recorder = await startRecorder()
  await using first = await startTestServer({ dataDirectory: directory.path })
  await createFunction(first, { FunctionName: 'tell', code: 'tell-node' })
  const names = numbers(1000)
  await sendEvents(
    first,
    'tell',
    names.map((name) => ({ url: recorder.urlFor(name) })),
  )
  await first.kill()
  await using _second = await startTestServer({ dataDirectory: directory.path })
  await poll(() => recorder.told.size === names.length || undefined)
  assert.deepEqual([...recorder.told.keys()].sort(), names.toSorted())
})

const waiting = { 'index.mjs': `export const handler = async (event) => { ${HOLDS}; console.log(event.name) }` }

test('events that had not begun when the server was killed run once, as the log tells', async () => {
  using directory = dataDirectory()
  using gates = await startGates()
  await using first = await startTestServer({ dataDirectory: directory.path })
  const FunctionName = 'waiting'
  await createFunction(first, { FunctionName, code: waiting, Timeout: 900 })
  await holdEvents(first, FunctionName, gates)
  const names = numbers(300)
  await sendEvents(
    first,
    'waiting',
    names.map((name) => ({ name })),
  )
  await first.kill()
  await using second = await startTestServer({ dataDirectory: directory.path })
  const lines = await poll(async () => {
    const found = await logged(second, 'waiting', 'number-').catch(() => [])
    return found.length >= names.length ? found : undefined
  })
  assert.deepEqual(lines.map((line) => /number-\d+/.exec(line)?.[0]).sort(), names.toSorted())
})

test('a server that is stopped finishes what runs, keeps the rest, and each event runs exactly once', async () => {
  using directory = dataDirectory()
  using recorder = await startRecorder()
  await using first = await startTestServer({ dataDirectory: directory.path })
  await createFunction(first, { FunctionName: 'tell', code: 'tell-node' })
  const names = numbers(600)
  await sendEvents(
    first,
    'tell',
    names.map((name) => ({ url: recorder.urlFor(name) })),
  )
  assert.equal(await first.stop(), 0)
  await using _second = await startTestServer({ dataDirectory: directory.path })
  await poll(() => recorder.told.size === names.length || undefined)
  assert.deepEqual(
    [...recorder.told].filter(([, times]) => times !== 1),
    [],
  )
})

test('an event that fails is logged under its request id and holds up nobody', async () => {
  await using server = await startTestServer()
  using recorder = await startRecorder()
  await createFunction(server, { FunctionName: 'tell', code: 'tell-node' })
  await createFunction(server, { FunctionName: 'exit', code: 'exit-node' })
  const [failing = ''] = await sendEvents(server, 'tell', [{ url: recorder.urlFor('failing'), fail: 'on purpose' }])
  const [exiting = ''] = await sendEvents(server, 'exit', [{ code: 3 }])
  await sendEvents(
    server,
    'tell',
    numbers(50).map((name) => ({ url: recorder.urlFor(name) })),
  )
  await poll(() => recorder.told.size === 51 || undefined)
  const error = await poll(async () =>
    (await logged(server, 'tell', 'on purpose')).find((line) => line.includes(failing)),
  )
  assert.match(error, /on purpose/)
  const exit = await poll(async () =>
    (await logged(server, 'exit', exiting)).find((line) => line.includes('exit status 3')),
  )
  assert.match(exit, /Runtime exited with error: exit status 3/)
})

test('events of a function that is deleted are dropped, and others go on', async () => {
  using recorder = await startRecorder()
  using gates = await startGates()
  await using server = await startTestServer()
  await createFunction(server, { FunctionName: 'other', code: 'tell-node' })
  const tell = `export const handler = async (event) => { ${HOLDS}; if (event.url) await fetch(event.url) }`
  await createFunction(server, { FunctionName: 'doomed', code: { 'index.mjs': tell }, Timeout: 900 })
  await holdEvents(server, 'doomed', gates)
  await sendEvents(
    server,
    'doomed',
    numbers(5).map((name) => ({ url: recorder.urlFor(`doomed-${name}`) })),
  )
  await lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName: 'doomed' }))
  await sendEvents(server, 'other', [{ url: recorder.urlFor('other') }])
  await poll(() => recorder.told.get('other'))
  assert.equal((await invoke(server, 'other', { url: recorder.urlFor('last') })).FunctionError, undefined)
  assert.deepEqual([...recorder.told.keys()].sort(), ['last', 'other'])
  // It would wait for the invocation that held the events.
  await server.kill()
})

const spawnsChild = `
import { spawn } from 'node:child_process'
export const handler = async () => {
  spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref()
  return 'left one behind'
}`

for (const end of ['kill', 'stop'] as const) {
  test(`no process of a function outlives a server that ends by ${end === 'kill' ? 'SIGKILL' : 'SIGTERM'}`, async () => {
    using directory = dataDirectory()
    await using server = await startTestServer({ dataDirectory: directory.path })
    const marker = randomUUID()
    await createFunction(server, {
      FunctionName: 'parent',
      code: { 'index.mjs': spawnsChild },
      Environment: { Variables: { MARKER: marker } },
    })
    assert.equal((await invoke(server, 'parent')).payload, 'left one behind')
    assert.ok(processesWith(marker).length >= 1)
    await server[end]()
    await poll(() => processesWith(marker).length === 0 || undefined)
    // A new start takes over the directory, and clears away what the last one left in it.
    await using _next = await startTestServer({ dataDirectory: directory.path })
  })
}
