import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { isRoot, openTestHost, TIMEOUT_SECONDS } from './support.ts'

const { start } = await openTestHost()
const skip = !isRoot

const REQUEST_ID = '11111111-2222-4333-8444-555555555555'
const next = 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n'
const post = (path: string, body = '{}', headers = '') =>
  `POST /2018-06-01/runtime/${path} HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`

/** What the Runtime API answers, by TCP, to bytes sent from inside an invocation. */
async function ask(send: string): Promise<string> {
  const environment = await start({ fixture: 'scan-runtime-api' })
  const result = await environment.invoke({ send }, { requestId: REQUEST_ID })
  return JSON.parse(String(result.payload)).received
}

interface Case {
  readonly name: string
  readonly send: string
  readonly status: string
  readonly body: unknown
}

const transition = (to: string) => ({
  errorMessage: `State transition from Running to ${to} failed for runtime. Error: State transition is not allowed`,
  errorType: 'InvalidStateTransition',
})
const wrongId = { errorMessage: 'Invalid request ID', errorType: 'InvalidRequestID' }

const cases: Case[] = [
  {
    name: 'next, while an invocation is unanswered, is refused',
    send: next,
    status: '403 Forbidden',
    body: transition('Ready'),
  },
  {
    name: 'a response to another id is refused',
    send: post('invocation/99999999-2222-4333-8444-555555555555/response'),
    status: '400 Bad Request',
    body: wrongId,
  },
  {
    name: 'an error for another id is refused',
    send: post('invocation/99999999-2222-4333-8444-555555555555/error'),
    status: '400 Bad Request',
    body: wrongId,
  },
  {
    name: 'an id of another form is refused',
    send: post('invocation/x/response'),
    status: '400 Bad Request',
    body: wrongId,
  },
  {
    name: 'an error of Init after Init is refused',
    send: post('init/error'),
    status: '403 Forbidden',
    body: transition('InitError'),
  },
  {
    name: 'what is not HTTP is refused',
    send: 'HELLO\r\n\r\n',
    status: '400 Bad Request',
    body: { errorMessage: 'HTTP request detected as truncated', errorType: 'TruncatedHTTPRequest' },
  },
]

for (const { name, send, status, body } of cases) {
  test(name, { skip }, async () => {
    const [head = '', content = ''] = (await ask(send)).split('\r\n\r\n')
    assert.match(
      head,
      new RegExp(`^HTTP/1\\.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${content.length}$`),
    )
    assert.deepEqual(JSON.parse(content), body)
  })
}

test('ping is answered', { skip }, async () => {
  assert.match(await ask('GET /2018-06-01/ping HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\npong$/)
})

test('several requests may be sent at once, and are answered in order', { skip }, async () => {
  const answers = await ask(`GET /2018-06-01/ping HTTP/1.1\r\n\r\n${next}GET /nothing HTTP/1.1\r\n\r\n`)
  assert.deepEqual(answers.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 403', 'HTTP/1.1 404'])
})

/** Code that answers its own invocation by TCP, as any runtime interface client would; `work` sees `http(method, path, body, headers)`. */
const byTcp = (work: string) => ({
  'index.js': `const { request } = require('node:http')
const http = (method, path, body, headers = {}) => new Promise((resolve, reject) => {
  const call = request('http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/' + path, { method, headers }, (response) => {
    const parts = []
    response.on('data', (part) => parts.push(part))
    response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }))
  })
  call.on('error', reject)
  if (body !== undefined) call.write(body)
  call.end()
})
exports.handler = async (event, { awsRequestId: id }) => { ${work} }`,
})

test('a response that arrives by TCP, in chunks, is the result', { skip }, async () => {
  const { invoke } = await start({
    files:
      byTcp(`const { status, body } = await http('POST', 'invocation/' + id + '/response', '{"by":"tcp"}', { 'Transfer-Encoding': 'chunked' })
      console.log(status, body)`),
  }).then((environment) => ({ invoke: () => environment.invoke() }))
  assert.equal(String((await invoke()).payload), '{"by":"tcp"}')
})

test('an error that arrives by TCP is passed on as it came, and its type is checked', { skip }, async () => {
  for (const [header, errorType] of [
    ['Function.MyError', 'Function.MyError'],
    ['whatever', 'Function.Unknown'],
  ]) {
    const environment = await start({
      files: byTcp(
        `await http('POST', 'invocation/' + id + '/error', 'not even JSON', { 'Lambda-Runtime-Function-Error-Type': '${header}' })`,
      ),
    })
    const result = await environment.invoke()
    assert.equal(result.functionError, 'Unhandled')
    assert.equal(result.errorType, errorType)
    assert.equal(String(result.payload), 'not even JSON')
  }
})

test('a second answer is refused, and so is an answer that is too large', { skip }, async () => {
  const environment = await start({
    files: byTcp(`const answer = (body) => http('POST', 'invocation/' + id + '/response', body)
      const large = await answer('x'.repeat(6291557))
      const second = await answer('{}')
      console.log(JSON.stringify([large.status, JSON.parse(large.body), second.status, JSON.parse(second.body)]))
      await new Promise((resolve) => setTimeout(resolve, 50))`),
  })
  const error = await environment.fail()
  assert.equal(error.errorType, 'Function.ResponseSizeTooLarge')
  while (!environment.lines.some((line) => line.includes('INFO')))
    await new Promise((resolve) => setTimeout(resolve, 10))
  const [, , , message] = (environment.lines.find((line) => line.includes('INFO')) ?? '').split('\t')
  assert.deepEqual(JSON.parse(message ?? ''), [
    413,
    { errorMessage: 'Exceeded maximum allowed payload size (6291556 bytes).', errorType: 'RequestEntityTooLarge' },
    403,
    {
      errorMessage:
        'State transition from RuntimeResponseSentState to InvocationResponse failed for runtime. Error: State transition is not allowed',
      errorType: 'InvalidStateTransition',
    },
  ])
})

test('a runtime that speaks nothing but HTTP by TCP gets its events, with all headers', { skip }, async () => {
  const environment = await start({
    // Takes the place of the runtime, whose own connection stays silent from here on.
    files: {
      'index.js': `const { execFileSync, spawn } = require('node:child_process')
const script = \`import json, os, http.client
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    event = connection.getresponse()
    body = event.read()
    headers = {name: value for name, value in event.getheaders() if name.startswith("Lambda") or name == "Content-Type"}
    answer = json.dumps({"event": json.loads(body), "headers": headers})
    connection.request("POST", "/2018-06-01/runtime/invocation/" + headers["Lambda-Runtime-Aws-Request-Id"] + "/response", answer)
    connection.getresponse().read()\`
execFileSync('python3', ['-c', script], { stdio: 'inherit' })`,
    },
  })
  const beforeMs = Date.now()
  const result = await environment.invoke({ a: 'ü' }, { requestId: REQUEST_ID, clientContext: '{"custom":{}}' })
  const { event, headers } = JSON.parse(String(result.payload))
  assert.deepEqual(event, { a: 'ü' })
  const { 'Lambda-Runtime-Deadline-Ms': deadline, ...rest } = headers
  const begunMs = Number(deadline) - TIMEOUT_SECONDS * 1000
  assert.ok(begunMs >= beforeMs && begunMs <= Date.now(), deadline)
  assert.deepEqual(rest, {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': REQUEST_ID,
    'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:000000000000:function:test',
    'Lambda-Runtime-Trace-Id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
    'Lambda-Runtime-Client-Context': '{"custom":{}}',
  })
  assert.deepEqual((await environment.call([1])).event, [1])
})
