import { strict as assert } from 'node:assert'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { poll } from '../support/poll.ts'
import { extensions, listener, said } from './extension-code.ts'
import { NODE, openTestHost, PYTHON } from './support.ts'

const { start, host } = await openTestHost('bubblewrap', 'none')

test('the operator is told', () => {
  assert.match(host.limits.join('\n'), /^network: none/m)
})

for (const runtime of [NODE, PYTHON])
  test(`${runtime} runs without a network, and again after its process has ended`, async () => {
    const environment = await start({ runtime, fixture: 'exit-1' })
    await environment.fail({ status: 3 })
    await environment.fail({ status: 4 })
    const other = await start({ runtime, fixture: 'counter' })
    assert.deepEqual([await other.call(), await other.call()], [1, 2])
  })

test('a custom runtime reaches its Runtime API, where Lambda has it', async () => {
  const environments = await Promise.all(
    [1, 2, 3, 4].map(() => start({ runtime: 'provided.al2023', fixture: 'tell-runtime-api' })),
  )
  for (const environment of environments) assert.equal(await environment.call(), '127.0.0.1:9001')
})

test('a custom runtime that has ended is started again in the same network', async () => {
  const environment = await start({
    runtime: 'provided.al2023',
    files: {
      bootstrap: `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
id=$(curl -sD - -o /dev/null "$api/next" | tr -d '\\r' | sed -n 's/^Lambda-Runtime-Aws-Request-Id: //p')
curl -s -d '"once"' "$api/$id/response" > /dev/null`,
    },
  })
  assert.deepEqual([await environment.call(), await environment.call()], ['once', 'once'])
})

test('nothing beyond is reached: neither the host, nor a neighbour, nor names', async () => {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const environment = await start({ fixture: 'scan-runtime-api' })
  const refused = await environment.call({ address: `127.0.0.1:${port}`, send: '' })
  server.close()
  assert.deepEqual([refused.received, refused.end], ['', 'ECONNREFUSED'])
  assert.equal((await environment.call({ address: '192.0.2.1:80', send: '' })).end, 'ENETUNREACH')
  const names = await start({
    files: {
      'index.js': `const { lookup } = require('node:dns/promises'), { networkInterfaces } = require('node:os')
exports.handler = async () => [(await lookup('example.com').catch((error) => error)).code, Object.keys(networkInterfaces())]`,
    },
  })
  assert.deepEqual(await names.call(), ['EAI_AGAIN', ['lo']])
})

test('runtime and extensions have a network in common, another environment has its own', async () => {
  const serving = `const http2 = require('node:http')
await new Promise((resolve) => http2.createServer((_, response) => response.end('from the extension')).listen(2773, '127.0.0.1', resolve))
${listener()}`
  const files = {
    'index.js': `exports.handler = async () => (await fetch('http://127.0.0.1:2773/')).text()`,
  }
  const environments = await Promise.all([1, 2].map(() => start({ files, layer: extensions({ serving }) })))
  for (const environment of environments) assert.equal(await environment.call(), 'from the extension')
})

for (const [protocol, destination, server] of [
  [
    'HTTP',
    `URI: 'http://sandbox.localdomain:4243'`,
    `http.createServer((request, response) => { let text = ''; request.on('data', (part) => (text += part)); request.on('end', () => { response.end(); for (const event of JSON.parse(text)) if (event.type !== 'extension') say(event.type) }) })`,
  ],
  [
    'TCP',
    'port: 4243',
    `require('node:net').createServer((socket) => socket.on('data', (part) => { for (const line of String(part).trim().split('\\n')) say(JSON.parse(line).type) }))`,
  ],
] as const)
  test(`telemetry reaches an extension by ${protocol}`, async () => {
    const ear = `await new Promise((resolve) => ${server}.listen(4243, 'sandbox.localdomain', resolve))
await register(['SHUTDOWN'])
await call('PUT', '/2022-07-01/telemetry', { 'Lambda-Extension-Identifier': id, body: {
  schemaVersion: '2022-12-13', types: ['platform'], buffering: { timeoutMs: 25 }, destination: { protocol: '${protocol}', ${destination} } } })
await next()`
    const environment = await start({ layer: extensions({ ear }) })
    // It takes what it is sent when it is awake.
    await poll(async () => {
      await environment.call()
      return said(environment).some(([type]) => type === 'platform.runtimeDone') || undefined
    })
  })
