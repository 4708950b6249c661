import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { extensions, listener } from '../environment/extension-code.ts'
import { createFunction, invoke, logsClient } from '../support/clients.ts'
import { publishLayer } from '../support/layers.ts'
import { poll } from '../support/poll.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { zipOfEntries } from '../support/zip.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

/** A function with one layer, whose programs these are. */
async function createWithExtensions(FunctionName: string, codes: Readonly<Record<string, string>>): Promise<void> {
  const files = Object.entries(extensions(codes)).map(([name, content]) => ({ name, content, mode: 0o100755 }))
  const { LayerVersionArn = '' } = await publishLayer(server, {
    LayerName: FunctionName,
    Content: { ZipFile: zipOfEntries(files) },
  })
  await createFunction(server, { FunctionName, code: 'echo-node', Layers: [LayerVersionArn] })
}

/** The messages of the function's log that match. */
async function logged(FunctionName: string, pattern: RegExp, count = 1): Promise<string[]> {
  const read = async () => {
    const command = new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${FunctionName}` })
    const { events = [] } = await logsClient(server).send(command)
    const found = events.map(({ message = '' }) => message.trimEnd()).filter((message) => pattern.test(message))
    return found.length >= count ? found : undefined
  }
  return poll(read)
}

test('an extension of a layer runs beside the function, and both speak in one log', async () => {
  await createWithExtensions('watched', { watcher: listener() })
  assert.deepEqual((await invoke(server, 'watched', { a: 1 })).payload, { a: 1 })
  assert.deepEqual(await logged('watched', /^EXTENSION/), [
    'EXTENSION\tName: watcher\tState: Ready\tEvents: [INVOKE, SHUTDOWN]',
  ])
  const [event = ''] = await logged('watched', /^SAID/)
  assert.match(event, /"eventType":"INVOKE"/)
})

test('an environment whose extension is still at work takes no other invocation', async () => {
  await createWithExtensions('slow', {
    worker: `await register(['INVOKE'])
for (;;) { const { requestId } = await next(); await sleep(500); say(requestId) }`,
  })
  for (let i = 0; i < 3; i++) assert.deepEqual((await invoke(server, 'slow', { i })).payload, { i })
  await logged('slow', /^REPORT/, 3)
  const lines = await logged('slow', /^(START|SAID|REPORT)/, 9)
  const ids = lines.map((line) => /[\da-f]{8}-[\da-f-]{27}/.exec(line)?.[0] ?? '')
  for (const id of new Set(ids)) {
    const own = lines.filter((_, index) => ids[index] === id)
    assert.deepEqual(
      own.map((line) => line.split(' ')[0]),
      ['START', 'SAID', 'REPORT'],
      'the report comes when the extension has ended its work',
    )
  }
})

test('an extension that cannot start is an error of the function', async () => {
  await createWithExtensions('broken', { broken: 'process.exit(1)' })
  const { payload, FunctionError } = await invoke(server, 'broken')
  assert.equal(FunctionError, 'Unhandled')
  assert.equal(payload.errorType, 'Extension.Crash')
})
