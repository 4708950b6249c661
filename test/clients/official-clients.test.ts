import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Client, packageOf } from '../../tools/build-clients.ts'
import { createFunction, invoke } from '../support/clients.ts'
import { arnOf } from '../support/functions.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { zipOfDirectory } from '../support/zip.ts'

// AWS's own runtime clients, unchanged and by TCP, each with a function that does the same.

interface Program {
  readonly client: Client
  readonly Runtime: 'provided.al2023' | 'nodejs22.x' | 'java17' | `python3.${number}`
  readonly Handler?: string
  /** Managed runtimes of these languages have a client of ours; a wrapper starts AWS's in its place. */
  readonly isWrapped?: true
  readonly errorType: RegExp
  /** Beside type and message. */
  readonly errorKeys: readonly string[]
}

const python = execFileSync(join(import.meta.dirname, '../../.cache/python/bin/python'), [
  '-c',
  'import sys; print("python3.%d" % sys.version_info[1])',
])

const programs: Program[] = [
  { client: 'go', Runtime: 'provided.al2023', errorType: /^errorString$/, errorKeys: [] },
  { client: 'rust', Runtime: 'provided.al2023', errorType: /./, errorKeys: [] },
  {
    client: 'python',
    Runtime: String(python).trim() as `python3.${number}`,
    Handler: 'app.handler',
    isWrapped: true,
    errorType: /^ValueError$/,
    errorKeys: ['requestId', 'stackTrace'],
  },
  {
    client: 'node',
    Runtime: 'nodejs22.x',
    Handler: 'app.handler',
    isWrapped: true,
    errorType: /^RangeError$/,
    errorKeys: ['trace'],
  },
  {
    client: 'java',
    Runtime: 'java17',
    Handler: 'Handler::handleRequest',
    errorType: /^java\.lang\.IllegalStateException$/,
    errorKeys: ['stackTrace'],
  },
]

let server: TestServer
before(async () => {
  server = await startTestServer()
  for (const { client, Runtime, Handler = 'any', isWrapped } of programs)
    await createFunction(server, {
      FunctionName: client,
      Runtime: Runtime as 'nodejs22.x',
      Handler,
      MemorySize: 512,
      Timeout: 30,
      code: {},
      Code: { ZipFile: zipOfDirectory(packageOf(client)) },
      ...(isWrapped && { Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' } } }),
    })
})
after(() => server[Symbol.asyncDispose]())

for (const { client, errorType, errorKeys } of programs) {
  test(`${client}: the function gets its events and their circumstances, and is kept`, async () => {
    for (const [index, event] of [{ name: 'Zoë' }, { list: [1, 2.5, null] }].entries()) {
      const { payload, FunctionError, $metadata } = await invoke(server, client, event)
      assert.equal(FunctionError, undefined, JSON.stringify(payload))
      const { leftMs, ...rest } = payload
      assert.deepEqual(rest, { event, count: index + 1, requestId: $metadata.requestId, arn: arnOf(client) })
      assert.ok(leftMs > 10_000 && leftMs <= 30_000, `${leftMs} ms are left`)
    }
  })

  test(`${client}: large events and answers go through whole`, async () => {
    const event = { text: `ä${'x'.repeat(3_000_000)}` }
    const { payload } = await invoke(server, client, event)
    assert.equal(payload.event.text, event.text)
  })

  test(`${client}: an error is the function's, and the next event finds the same process`, async () => {
    const { payload, FunctionError } = await invoke(server, client, { fail: 'not today' })
    assert.equal(FunctionError, 'Unhandled')
    assert.equal(payload.errorMessage, 'not today')
    assert.match(payload.errorType, errorType)
    assert.deepEqual(Object.keys(payload).sort(), ['errorMessage', 'errorType', ...errorKeys].sort())
    assert.equal((await invoke(server, client, {})).payload.count, 4)
  })
}

test('java: what the logger gets is one record, however many lines it has', async () => {
  const { LogResult } = await invoke(server, 'java', {}, { LogType: 'Tail' })
  assert.match(Buffer.from(LogResult ?? '', 'base64').toString(), /^START .*\ntwo\nlines\nEND /)
})
