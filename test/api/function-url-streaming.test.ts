import assert from 'node:assert/strict'
import { type IncomingMessage, request } from 'node:http'
import { after, before, test } from 'node:test'
import { GetFunctionUrlConfigCommand, UpdateFunctionUrlConfigCommand } from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient } from '../support/clients.ts'
import { createUrl, sendToUrl } from '../support/function-urls.ts'
import { type Gates, startGates } from '../support/gates.ts'
import { poll } from '../support/poll.ts'
import { startRecorder } from '../support/recorder.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { streaming } from '../support/streaming.ts'

// Who may call is another test's business: here everybody may.
let server: TestServer
let gates: Gates
let url: string
before(async () => {
  gates = await startGates()
  server = await startTestServer({ args: ['--auth', 'none'] })
  await createFunction(server, { FunctionName: 'streams', code: ORDERS, Timeout: 60 })
  await createFunction(server, { FunctionName: 'echo', code: 'echo-node' })
  url = await createUrl(server, { FunctionName: 'streams', InvokeMode: 'RESPONSE_STREAM' })
})
after(async () => {
  gates[Symbol.dispose]()
  await server[Symbol.asyncDispose]()
})

/** Does what the body of the request says, one thing after the other. */
const ORDERS = streaming(`
  for (const { type, metadata, write, wait, fail, exit, end, count = 1, ended } of JSON.parse(event.body)) {
    if (type !== undefined) stream.setContentType(type)
    if (metadata !== undefined) stream = awslambda.HttpResponseStream.from(stream, metadata)
    if (write !== undefined) for (let time = 0; time < count; time++)
      if (!stream.write(write)) await new Promise((resolve) => stream.once('drain', resolve))
    if (wait !== undefined) await fetch(wait)
    if (fail !== undefined) throw new Error(fail)
    if (exit !== undefined) process.exit(exit)
    if (end !== undefined) stream.end(end)
    if (ended !== undefined) { stream.end(); await fetch(ended) }
  }
  if (!stream.writableEnded) stream.end()`)

const orders = (list: readonly object[]) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(list),
})
const send = (...list: object[]) => sendToUrl(server, url, orders(list))

/** The response once its head is there. */
function open(...list: object[]): Promise<IncomingMessage> {
  const { body, method, headers } = orders(list)
  return new Promise((resolve, reject) => {
    const outgoing = request(server.url, { method, headers: { ...headers, host: url }, agent: false }, resolve)
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const OCTETS = 'application/octet-stream'
const answers: readonly [string, object[], { status?: number; text: string; type: string }][] = [
  ['bytes', [{ write: 'hello' }], { text: 'hello', type: OCTETS }],
  ['a type of its own', [{ type: 'text/html' }, { write: '<p>' }], { text: '<p>', type: 'text/html' }],
  ['values that are no text', [{ write: { a: 1 } }, { write: 5 }], { text: '{"a":1}5', type: OCTETS }],
  ['nothing', [], { text: '', type: OCTETS }],
  ['an end alone', [{ end: 'all' }], { text: 'all', type: OCTETS }],
  [
    'metadata',
    [{ metadata: { statusCode: 418, headers: { 'Content-Type': 'text/plain' } } }, { write: 'tea' }],
    { status: 418, text: 'tea', type: 'text/plain' },
  ],
  ['metadata without a status', [{ metadata: {} }, { write: 'a' }], { text: 'a', type: OCTETS }],
  [
    'metadata and an empty body',
    [{ metadata: { statusCode: 302, headers: { location: '/' } } }, { write: '' }],
    { status: 302, text: '', type: OCTETS },
  ],
  // As on AWS: the metadata goes out with the first write, which `end` is not.
  ['metadata and an end alone', [{ metadata: { statusCode: 404 } }], { text: '', type: OCTETS }],
  ...[
    [{ metadata: { statusCode: 404 } }, { end: 'nothing' }],
    [{ metadata: { statusCode: 99 } }, { write: 'a' }],
    [{ metadata: { statusCode: 200, headers: { 'a b': 'c' } } }, { write: 'a' }],
    [{ metadata: { statusCode: 200, cookies: 'a' } }, { write: 'a' }],
    [{ metadata: ['a'] }, { write: 'a' }],
    [{ type: 'application/vnd.awslambda.http-integration-response' }, { write: 'no prelude' }],
    [{ fail: 'at once' }],
    [{ exit: 1 }],
  ].map(
    (list) =>
      [JSON.stringify(list), list, { status: 502, text: 'Internal Server Error', type: 'application/json' }] satisfies [
        string,
        object[],
        object,
      ],
  ),
]
for (const [what, list, { status = 200, text, type }] of answers)
  test(`a function streams ${what}`, async () => {
    const answer = await send(...list)
    assert.deepEqual([answer.status, answer.text, answer.headers['content-type']], [status, text, type])
  })

test("headers and cookies come before the body, in AWS's form", async () => {
  const { status, headers, text } = await send(
    {
      metadata: {
        statusCode: '201',
        headers: { 'X-Number': 5, 'Content-Length': '3', date: 'never' },
        cookies: ['a=1; Path=/', 'b=2'],
      },
    },
    { write: 'longer' },
  )
  assert.deepEqual([status, text], [201, 'longer'])
  assert.deepEqual(headers['set-cookie'], ['a=1; Path=/', 'b=2'])
  assert.deepEqual(
    [headers['x-number'], headers['x-amzn-remapped-content-length'], headers['x-amzn-remapped-date']],
    ['5', '3', 'never'],
  )
  assert.equal(headers['transfer-encoding'], 'chunked')
  assert.match(String(headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/)
  assert.match(String(headers['x-amzn-trace-id']), /^Root=1-/)
})

test('every part reaches the client before the function goes on', async () => {
  const response = await open(
    { metadata: { statusCode: 200 } },
    { write: 'first' },
    { wait: gates.urlFor('second') },
    { write: 'second' },
    { wait: gates.urlFor('third') },
    { write: 'third' },
  )
  const parts = response.iterator() as AsyncIterator<Buffer>
  for (const [part, gate] of [
    ['first', 'second'],
    ['second', 'third'],
    ['third', 'end'],
  ] as const) {
    assert.equal(String((await parts.next()).value), part)
    gates.open(gate)
  }
  assert.equal((await parts.next()).done, true)
})

for (const [what, failure] of [
  ['throws', { fail: 'on its way' }],
  ['exits', { exit: 1 }],
] as const)
  test(`a function that ${what} in the middle breaks the connection off`, async () => {
    const response = await open({ write: 'begun' }, { wait: gates.urlFor(what) }, failure)
    assert.equal(response.statusCode, 200)
    const parts = response.iterator() as AsyncIterator<Buffer>
    assert.equal(String((await parts.next()).value), 'begun')
    gates.open(what)
    await assert.rejects(parts.next(), { code: 'ECONNRESET' })
  })

test('a client that goes away stops nothing', async () => {
  using recorder = await startRecorder()
  const response = await open({ write: 'x'.repeat(65_536), count: 500 }, { ended: recorder.urlFor('ended') })
  response.once('data', () => response.destroy())
  await poll(() => recorder.told.get('ended'))
  assert.equal((await send({ write: 'well' })).text, 'well')
})

test('HEAD has a head alone', async () => {
  await createFunction(server, { FunctionName: 'head', code: streaming('stream.write("body"); stream.end()') })
  const host = await createUrl(server, { FunctionName: 'head', InvokeMode: 'RESPONSE_STREAM' })
  const { status, text } = await sendToUrl(server, host, { method: 'HEAD' })
  assert.deepEqual([status, text], [200, ''])
})

test('a function that does not stream answers unread', async () => {
  const host = await createUrl(server, { FunctionName: 'echo', InvokeMode: 'RESPONSE_STREAM' })
  const { status, text, headers } = await sendToUrl(server, host)
  assert.deepEqual([status, headers['content-type']], [200, OCTETS])
  assert.equal(JSON.parse(text).version, '2.0')
  await createFunction(server, { FunctionName: 'throws', code: 'throw-node' })
  const failing = await createUrl(server, { FunctionName: 'throws', InvokeMode: 'RESPONSE_STREAM' })
  assert.equal((await sendToUrl(server, failing)).status, 502)
})

test('the rules for other origins hold for streams too', async () => {
  const update = (Cors: object) =>
    lambdaClient(server).send(new UpdateFunctionUrlConfigCommand({ FunctionName: 'streams', Cors }))
  await update({ AllowOrigins: ['https://a.example'] })
  const { headers } = await sendToUrl(server, url, {
    ...orders([{ metadata: { headers: { 'access-control-allow-origin': '*' } } }, { write: 'a' }]),
    headers: { origin: 'https://a.example', 'content-type': 'application/json' },
  })
  assert.equal(headers['access-control-allow-origin'], 'https://a.example')
  await update({})
})

test('the invoke mode can be changed, and shows', async () => {
  const FunctionName = 'changes'
  await createFunction(server, { FunctionName, code: streaming('stream.write(\'{"statusCode":201}\'); stream.end()') })
  const host = await createUrl(server, { FunctionName })
  assert.equal((await sendToUrl(server, host)).status, 201)
  await lambdaClient(server).send(new UpdateFunctionUrlConfigCommand({ FunctionName, InvokeMode: 'RESPONSE_STREAM' }))
  const { InvokeMode } = await lambdaClient(server).send(new GetFunctionUrlConfigCommand({ FunctionName }))
  assert.equal(InvokeMode, 'RESPONSE_STREAM')
  const { status, text } = await sendToUrl(server, host)
  assert.deepEqual([status, text], [200, '{"statusCode":201}'])
})
