import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startGates } from '../support/gates.ts'
import { errorOf, isRoot, openTestHost, type TestEnvironment, textOf } from './support.ts'

const { start } = await openTestHost()
const skip = !isRoot

/** A handler that writes to `stream`. */
const streaming = (body: string) => ({
  'index.js': `exports.handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} })`,
})

/**
 * A handler that answers its own invocation by TCP, as any runtime interface client would: `post` sends a head and what
 * is written to it, and resolves with the answer.
 */
const byTcp = (work: string) => ({
  'index.js': `const { request } = require('node:http')
const net = require('node:net')
const api = process.env.AWS_LAMBDA_RUNTIME_API
const streamed = { 'Lambda-Runtime-Function-Response-Mode': 'streaming', 'Content-Type': 'text/plain' }
exports.handler = async (event, { awsRequestId: id }) => {
  const path = '/2018-06-01/runtime/invocation/' + id + '/response'
  const post = (headers, write) => new Promise((resolve, reject) => {
    const call = request('http://' + api + path, { method: 'POST', headers }, async (response) =>
      resolve({ status: response.statusCode, body: (await response.toArray()).join('') }))
    call.on('error', reject)
    write(call)
  })
  ${work}
}`,
})

const TRAILERS = 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body'

async function untilLogged(environment: TestEnvironment, pattern: RegExp): Promise<string> {
  for (;;) {
    const found = environment.lines.find((line) => pattern.test(line))
    if (found !== undefined) return found
    await sleep(10)
  }
}

for (const [how, headers] of [
  ['in chunks', '{ ...streamed }'],
  ['with its length', "{ ...streamed, 'Content-Length': 10 }"],
] as const)
  test(`a response that comes by TCP ${how} is passed on`, { skip }, async () => {
    const environment = await start({
      files:
        byTcp(`const { status, body } = await post(${headers}, (call) => { call.write('hello'); call.end('world') })
        console.log('answered', status, body)`),
    })
    const stream = await environment.stream()
    assert.equal(stream.contentType, 'text/plain')
    assert.equal(await textOf(stream), 'helloworld')
    assert.deepEqual(await stream.end, { payload: Buffer.alloc(0) })
    await untilLogged(environment, /answered 202 {"status":"OK"}/)
    assert.equal(await textOf(await environment.stream()), 'helloworld')
  })

for (const [given, logged] of [
  ['MyError', 'Function.Unknown'],
  ['Function.MyError', 'Function.MyError'],
] as const)
  test(`trailers end a response with the error ${given}, logged as ${logged}`, { skip }, async () => {
    const environment = await start({
      files: byTcp(`await post({ ...streamed, Trailer: '${TRAILERS}' }, (call) => {
        call.write('begun')
        call.addTrailers({ 'Lambda-Runtime-Function-Error-Type': '${given}', 'Lambda-Runtime-Function-Error-Body': Buffer.from('{"a":"ü"}').toString('base64') })
        call.end()
      })`),
      logging: { format: 'JSON', group: '/aws/lambda/test', systemLevel: 'DEBUG', applicationLevel: 'INFO' },
    })
    const stream = await environment.stream()
    assert.equal(await textOf(stream), 'begun')
    const { payload, ...end } = await stream.end
    assert.deepEqual([end, String(payload)], [{ functionError: 'Unhandled', errorType: given }, '{"a":"ü"}'])
    assert.match(await untilLogged(environment, /platform.runtimeDone/), new RegExp(`"errorType":"${logged}"`))
    const gathered = await environment.invoke()
    assert.deepEqual(
      [gathered.functionError, gathered.errorType, String(gathered.payload)],
      ['Unhandled', logged, '{"a":"ü"}'],
    )
  })

test('while a response is on its way the runtime can ask for nothing, nor answer again', { skip }, async () => {
  const environment = await start({
    files: byTcp(`let end
      const first = post({ ...streamed }, (call) => { call.write('a'); end = () => call.end('b') })
      await fetch(event.begun)
      const second = await post({}, (call) => call.end('{}'))
      const next = await fetch('http://' + api + '/2018-06-01/runtime/invocation/next')
      console.log(second.status, second.body, next.status, await next.text())
      end()
      await first`),
  })
  using gates = await startGates()
  const parts = (await environment.stream({ begun: gates.urlFor('begun') }))[Symbol.asyncIterator]()
  assert.equal(String((await parts.next()).value), 'a')
  gates.open('begun')
  assert.equal(String((await parts.next()).value), 'b')
  assert.equal((await parts.next()).done, true)
  const line = await untilLogged(environment, /INFO/)
  const refused = (to: string) =>
    `403 {"errorMessage":"State transition from InvocationResponse to ${to} failed for runtime. Error: State transition is not allowed","errorType":"InvalidStateTransition"}`
  assert.ok(line.endsWith(`${refused('InvocationResponse')} ${refused('Ready')}`), line)
})

for (const [what, end] of [
  ['a connection that breaks', 'socket.destroy()'],
  ['a chunk that is none', "socket.write('nonsense\\r\\n')"],
] as const)
  test(`${what} truncates the response, and the function goes on`, { skip }, async () => {
    const environment = await start({
      files: byTcp(`const socket = net.connect(Number(api.split(':')[1]), '127.0.0.1')
        let received = ''
        socket.on('data', (data) => { received += data })
        socket.write('POST ' + path + ' HTTP/1.1\\r\\nLambda-Runtime-Function-Response-Mode: streaming\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nbegun\\r\\n')
        await fetch(event.begun)
        ${end}
        await new Promise((resolve) => socket.on('close', resolve))
        console.log('closed', received.split('\\r\\n\\r\\n').pop())
        await fetch(event.ended)`),
    })
    using gates = await startGates()
    for (const time of ['first', 'second']) {
      const [begun, ended] = [`${time}-begun`, `${time}-ended`]
      const stream = await environment.stream({ begun: gates.urlFor(begun), ended: gates.urlFor(ended) })
      const parts = stream[Symbol.asyncIterator]()
      assert.equal(String((await parts.next()).value), 'begun')
      gates.open(begun)
      assert.equal((await parts.next()).done, true)
      const end = await stream.end
      assert.equal(end.errorType, 'Runtime.TruncatedResponse')
      assert.equal(errorOf(end).errorType, 'Runtime.TruncatedResponse')
      gates.open(ended)
    }
    const line = await untilLogged(environment, /closed/)
    assert.equal(line.includes('TruncatedHTTPRequest'), what.includes('chunk'))
  })

test('a runtime that sends too much is told so', { skip }, async () => {
  const environment = await start({
    files: byTcp(`const { status, body } = await post({ ...streamed }, (call) => {
      let left = 201
      const more = () => { while (left-- > 0) if (!call.write(Buffer.alloc(1048576))) return call.once('drain', more); call.end() }
      more()
    })
    console.log('answered', status, body)`),
  })
  const stream = await environment.stream()
  let bytes = 0
  for await (const part of stream) bytes += part.length
  assert.equal(bytes, 209_715_200)
  assert.equal((await stream.end).errorType, 'Function.ResponseSizeTooLarge')
  await untilLogged(environment, /answered 413 .*RequestEntityTooLarge/)
})

test('what a process had written before it ended is not lost', async () => {
  const environment = await start({
    files: streaming(`stream.write('x'.repeat(250_000))
      stream.end('end', () => process.exit(0))`),
  })
  const stream = await environment.stream()
  while (environment.environment.isInitialized) await sleep(10)
  assert.equal((await textOf(stream)).length, 250_003)
  assert.equal((await stream.end).functionError, undefined)
})

test('a stream that nobody reads any more does not hold the function up', async () => {
  const environment = await start({
    files: streaming(
      "for (let mib = 0; mib < 20; mib++) if (!stream.write(Buffer.alloc(1048576))) await new Promise((go) => stream.once('drain', go)); stream.end()",
    ),
  })
  const stream = await environment.stream()
  for await (const _part of stream) break
  assert.equal((await stream.end).functionError, undefined)
  assert.match(await untilLogged(environment, /REPORT/), /Duration/)
})

test('a stream that is read by nobody ends with the timeout', async () => {
  const environment = await start({
    timeoutSeconds: 1,
    files: streaming(
      "for (;;) if (!stream.write(Buffer.alloc(65536))) await new Promise((go) => stream.once('drain', go))",
    ),
  })
  const stream = await environment.stream()
  const end = await stream.end
  assert.equal(end.errorType, 'Sandbox.Timedout')
  assert.match(await untilLogged(environment, /REPORT/), /Status: timeout/)
  // What was kept for the reader is there, and little.
  assert.ok((await textOf(stream)).length < 2_000_000)
})

test('a stream is broken off with its environment', async () => {
  const environment = await start({
    files: streaming("stream.write('begun'); await new Promise(() => setInterval(() => {}, 1000))"),
  })
  const stream = await environment.stream()
  const broken = Promise.all([assert.rejects(textOf(stream), /shut down/), assert.rejects(stream.end, /shut down/)])
  await environment.environment.shutdown()
  await broken
})

test('the log counts what was streamed', async () => {
  const environment = await start({
    files: streaming("stream.write('12345'); stream.end()"),
    logging: { format: 'JSON', group: '/aws/lambda/test', systemLevel: 'DEBUG', applicationLevel: 'INFO' },
  })
  await textOf(await environment.stream())
  assert.match(await untilLogged(environment, /platform.runtimeDone/), /"producedBytes":5/)
})

// --- awslambda

const bodies: readonly [string, string, { text: string; type?: string; error?: RegExp; log?: RegExp }][] = [
  [
    'a pipeline',
    "const { pipeline } = require('node:stream/promises'); await pipeline(['a', 'b'], stream)",
    { text: 'ab' },
  ],
  [
    'a pipeline whose source fails',
    "const { pipeline } = require('node:stream/promises'); await pipeline(async function* () { yield 'a'; await new Promise((go) => setTimeout(go, 50)); throw new Error('dried up') }, stream)",
    { text: 'a', error: /dried up/ },
  ],
  ['texts in another encoding', "stream.write('c3bc', 'hex'); stream.end()", { text: 'ü' }],
  ['what was held back', "stream.cork(); stream.write('a'); stream.write('b'); stream.end()", { text: 'ab' }],
  [
    'what was held back before an error',
    "stream.cork(); stream.write('a'); throw new Error('late')",
    { text: 'a', error: /late/ },
  ],
  [
    'much before an error',
    "stream.write('x'.repeat(500_000)); throw new Error('late')",
    { text: 'x'.repeat(500_000), error: /late/ },
  ],
  ['a type', "stream.setContentType('text/html'); stream.end()", { text: '', type: 'text/html' }],
  [
    'a type that comes too late',
    "stream.write('a'); stream.setContentType('text/html')",
    { text: 'a', error: /InvalidStreamingOperation.*Cannot set content-type, too late\./ },
  ],
  [
    'a type that is none',
    "stream.setContentType('a\\r\\nb: c')",
    { text: '', error: /Invalid character in content-type/ },
  ],
  ['its own size of buffer', 'stream.end(String(stream.writableHighWaterMark))', { text: '5' }],
  [
    'a value that is returned as well',
    "stream.end('a'); return 5",
    { text: 'a', log: /WARN\tStreaming handlers ignore return values\./ },
  ],
  [
    'nothing, and leaves its stream open',
    "stream.write('a')",
    { text: 'a', error: /Response stream is not finished\./ },
  ],
  [
    'nothing, and destroys its stream',
    "stream.write('a'); await new Promise((go) => setTimeout(go, 20)); stream.destroy()",
    { text: 'a', error: /Response stream is not finished\./ },
  ],
  [
    'nothing, and never returns',
    'await new Promise(() => {})',
    { text: '', error: /Response stream is not finished\./ },
  ],
  ['after it has returned', "setTimeout(() => stream.end('later'), 50)", { text: 'later' }],
  [
    'and throws behind its end',
    "stream.end('a'); throw new Error('too late')",
    { text: 'a', log: /Invoke Error.*too late/ },
  ],
  ['an error that is none', 'throw undefined', { text: '', error: /"errorType":"undefined"/ }],
  [
    'an error that is too long for trailers',
    "throw Object.assign(new Error('x'.repeat(200_000)), { name: 'Long' })",
    { text: '', error: /^$/ },
  ],
]
for (const [what, body, { text, type = 'application/octet-stream', error, log }] of bodies)
  test(`a handler writes ${what}`, async () => {
    const environment = await start({
      files: {
        'index.js': `exports.handler = awslambda.streamifyResponse(async (event, stream) => { ${body} }, { highWaterMark: 5 })`,
      },
    })
    // Twice, because what one invocation leaves behind would show in the next.
    for (let time = 0; time < 2; time++) {
      const stream = await environment.stream()
      assert.equal(await textOf(stream), text)
      assert.equal(stream.contentType, type)
      const end = await stream.end
      assert.equal(end.functionError, error && 'Unhandled', String(end.payload))
      assert.match(String(end.payload), error ?? /^$/)
    }
    if (log) await untilLogged(environment, log)
  })

test('a handler that is not asynchronous cannot stream', async () => {
  const environment = await start({
    files: { 'index.js': "exports.handler = awslambda.streamifyResponse((event, stream) => { stream.write('a') })" },
  })
  const { end } = await environment.stream()
  assert.match(String((await end).payload), /Streaming does not support non-async handlers\./)
})

test('what wraps handlers can tell those that stream', async () => {
  const environment = await start({
    files: {
      'index.js': `const inner = awslambda.streamifyResponse(async (event, stream, context) => {
          const { HttpResponseStream } = awslambda
          HttpResponseStream.from(stream, { statusCode: 201 }).write(Object.keys(context).sort().join())
          stream.end()
        })
        exports.handler = async (...args) => inner(...args)
        for (const symbol of Object.getOwnPropertySymbols(inner)) exports.handler[symbol] = inner[symbol]`,
    },
  })
  const stream = await environment.stream()
  assert.equal(stream.contentType, 'application/vnd.awslambda.http-integration-response')
  assert.equal(
    await textOf(stream),
    `{"statusCode":201}${'\0'.repeat(8)}awsRequestId,callbackWaitsForEmptyEventLoop,clientContext,functionName,functionVersion,getRemainingTimeInMillis,identity,invokedFunctionArn,logGroupName,logStreamName,memoryLimitInMB`,
  )
})
