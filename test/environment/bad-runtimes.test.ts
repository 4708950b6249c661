import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { said } from './extension-code.ts'
import { errorOf, openTestHost, type TestEnvironment, TIMEOUT_SECONDS, type Wanted } from './support.ts'

const { start } = await openTestHost()

/** A runtime of its own kind in the place of ours, by a wrapper; it speaks by TCP, well or badly. */
const runtime = (code: string, more: Partial<Wanted> = {}): Wanted => ({
  files: {
    wrapper: '#!/bin/sh\nexec "$1" /var/task/runtime.cjs\n',
    'runtime.cjs': `const net = require('node:net')
const nodeHttp = require('node:http')
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':')
const base = '/2018-06-01/runtime/'
const http = (method, path, body, headers = {}) => new Promise((resolve, reject) => {
  const request = nodeHttp.request({ host, port, method, path: base + path, headers }, (response) => {
    let text = ''
    response.on('data', (part) => (text += part))
    response.on('end', () => resolve({ status: response.statusCode, id: response.headers['lambda-runtime-aws-request-id'], text }))
  })
  request.on('error', reject)
  request.end(body)
})
/** Sends bytes, and waits for the end of the connection, or until nothing comes any more. */
const raw = (bytes, quietMs = 5000) => new Promise((resolve) => {
  let text = ''
  const socket = net.connect(Number(port), host, () => socket.write(bytes))
  const finish = () => { socket.destroy(); resolve(text) }
  socket.on('data', (part) => (text += part))
  socket.on('close', finish)
  socket.on('error', finish)
  socket.setTimeout(quietMs, finish)
})
const next = () => http('GET', 'invocation/next')
const answer = (id, body = '"answer"') => http('POST', 'invocation/' + id + '/response', body)
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const say = (...values) => console.log('SAID ' + JSON.stringify(values))
/** Answers everything from here on. */
const serve = async () => { for (;;) await answer((await next()).id) }
;(async () => { ${code} })()
`,
  },
  variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' },
  timeoutSeconds: TIMEOUT_SECONDS,
  ...more,
})

interface Case {
  readonly name: string
  readonly code: string
  /** Of the first invocation, and of the second one. */
  readonly expected: readonly [string, string]
  /** Of those that never come to an end. */
  readonly timeoutSeconds?: number
  /** What it has heard from the Runtime API. */
  readonly heard?: readonly RegExp[]
}

const OTHER_ID = '99999999-2222-4333-8444-555555555555'
const TIMEOUT = 'Sandbox.Timedout'
const EXIT = 'Runtime.ExitError'
const GOOD = '"answer"'

const cases: Case[] = [
  {
    name: 'speaks garbage, and then asks for nothing',
    code: `const { id } = await next(); say(await raw(Buffer.alloc(100_000, 7), 50)); say(await raw('\\r\\n\\r\\n')); await sleep(10_000)`,
    expected: [TIMEOUT, TIMEOUT],
    timeoutSeconds: 4,
    heard: [/^$/, /^HTTP\/1\.1 400 [\s\S]*TruncatedHTTPRequest/],
  },
  {
    name: 'speaks garbage beside what is right',
    code: `for (;;) {
  const { id } = await next()
  for (const bytes of ['GARBAGE\\r\\n\\r\\n', 'POST /x HTTP/1.1\\r\\nContent-Length: -1\\r\\n\\r\\n', 'POST /x HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n', 'GET / HTTP/1.1\\r\\nX: ' + 'x'.repeat(200_000)])
    say(await raw(bytes))
  await answer(id)
}`,
    expected: [GOOD, GOOD],
    heard: [/^HTTP\/1\.1 400/, /^HTTP\/1\.1 400/, /^HTTP\/1\.1 400/, /^HTTP\/1\.1 400/],
  },
  {
    name: 'answers twice',
    code: `for (;;) { const { id } = await next(); await answer(id); say((await answer(id, '"second"')).text) }`,
    expected: [GOOD, GOOD],
    heard: [/State transition from RuntimeResponseSentState to InvocationResponse failed for runtime/],
  },
  {
    name: 'answers with a result and an error',
    code: `for (;;) { const { id } = await next(); await answer(id); say((await http('POST', 'invocation/' + id + '/error', '{}')).text) }`,
    expected: [GOOD, GOOD],
    heard: [/State transition from RuntimeResponseSentState to InvocationErrorResponse failed for runtime/],
  },
  {
    name: 'answers another request first',
    code: `for (;;) { const { id } = await next(); say((await answer('${OTHER_ID}')).text); await answer(id) }`,
    expected: [GOOD, GOOD],
    heard: [/Invalid request ID/],
  },
  {
    name: 'answers the last request instead of this one',
    code: `let last; for (;;) { const { id } = await next(); if (last) { say((await answer(last)).text); await answer(id, '"mine"') } else await answer(id); last = id }`,
    expected: [GOOD, '"mine"'],
    heard: [/Invalid request ID/],
  },
  {
    name: 'asks for the next event before it has answered',
    code: `for (;;) { const { id } = await next(); say((await next()).text); await answer(id) }`,
    expected: [GOOD, GOOD],
    heard: [/State transition from Running to Ready failed for runtime/],
  },
  {
    name: 'answers, and never asks again',
    code: `const { id } = await next(); await answer(id); await sleep(10_000)`,
    expected: [GOOD, GOOD],
    // The next invocation begins with an Init.
    timeoutSeconds: 6,
  },
  {
    name: 'ends in the middle of its answer',
    code: `const { id } = await next(); net.connect(Number(port), host, function () {
  this.write('POST ' + base + 'invocation/' + id + '/response HTTP/1.1\\r\\nContent-Length: 100\\r\\n\\r\\n"half', () => process.exit(7)) })`,
    expected: [EXIT, EXIT],
  },
  {
    name: 'hangs up in the middle of its answer, and tries again',
    code: `for (;;) { const { id } = await next(); await raw('POST ' + base + 'invocation/' + id + '/response HTTP/1.1\\r\\nContent-Length: 100\\r\\n\\r\\n"half', 50); await answer(id) }`,
    expected: [GOOD, GOOD],
  },
  {
    name: 'answers what is no JSON',
    code: `for (;;) { const { id } = await next(); await answer(id, 'plain text') }`,
    expected: ['plain text', 'plain text'],
  },
  {
    name: 'never ends the head of a request',
    code: `setInterval(() => {}, 1000); for (let i = 0; i < 40; i++) net.connect(Number(port), host, function () { this.write('GET / HTTP/1.1\\r\\nX: ') }).on('error', () => {}); await sleep(50); await serve().catch((error) => { say(error.code); process.exit(1) })`,
    // It has used up its own connections.
    expected: [EXIT, EXIT],
  },
]

const outcome = async (environment: TestEnvironment) => {
  const result = await environment.invoke()
  return result.functionError ? (result.errorType ?? '') : String(result.payload)
}

for (const { name, code, expected, timeoutSeconds = TIMEOUT_SECONDS, heard = [] } of cases)
  test(`a runtime that ${name} hurts itself at most`, async () => {
    const [bystander, environment] = await Promise.all([
      start({ fixture: 'counter' }),
      start(runtime(code, { timeoutSeconds })),
    ])
    const outcomes = [await outcome(environment), await outcome(environment)]
    assert.deepEqual(outcomes, expected, environment.lines.join('\n'))
    for (const [index, pattern] of heard.entries()) assert.match(String(said(environment)[index]), pattern)
    assert.deepEqual([await bystander.call(), await bystander.call()], [1, 2])
  })

test('a runtime that opens ten thousand connections keeps nobody else from his', async () => {
  const flood = `const opened = []
for (let i = 0; i < 10_000; i++) {
  const socket = net.connect(Number(port), host)
  socket.on('error', () => {})
  opened.push(socket)
  // A process may have a thousand files open.
  if (opened.length >= 500) { await new Promise(setImmediate); for (const old of opened.splice(0, 250)) old.destroy() }
}
for (const old of opened) old.destroy()
for (;;) await serve().catch(() => sleep(10))`
  const bystander = await start(runtime('await serve()'))
  const flooding = start(runtime(flood))
  let calls = 0
  let isOver = false
  flooding.finally(() => (isOver = true))
  do {
    assert.equal(await bystander.call(), 'answer')
    calls++
  } while (!isOver)
  assert.ok(calls > 1)
  assert.equal(await (await flooding).call(), 'answer')
})

test('a runtime that floods its log keeps nobody waiting for his', async () => {
  const flood = `const line = 'x'.repeat(1023) + '\\n'
const { id } = await next()
for (let i = 0; i < 50_000; i++) if (!process.stdout.write(line)) await new Promise((resolve) => process.stdout.once('drain', resolve))
await answer(id)
await serve()`
  const [bystander, flooding] = await Promise.all([start({ fixture: 'counter' }), start(runtime(flood))])
  const result = flooding.call()
  assert.deepEqual([await bystander.call(), await bystander.call()], [1, 2])
  assert.equal(await result, 'answer')
  assert.equal(flooding.lines.filter((line) => line.startsWith('xxx')).length, 50_000)
})

test('an answer of exactly the limit is taken, and one byte more is refused', async () => {
  const environment = await start(
    runtime(
      `for (const size of [6291556, 6291557]) { const { id } = await next(); say((await answer(id, 'x'.repeat(size))).status) }; await serve()`,
    ),
  )
  assert.equal((await environment.invoke()).payload.length, 6_291_556)
  const result = await environment.invoke()
  assert.equal(errorOf(result).errorType, 'Function.ResponseSizeTooLarge')
  assert.deepEqual(said(environment), [[202], [413]])
})
