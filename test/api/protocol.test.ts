import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { lambdaService } from '#model'
import { handlers, notYet } from '#operations'
import { createFunction, executionRole } from '../support/clients.ts'
import { type RawRequest, sendRaw, sendSigned } from '../support/raw.ts'
import { refusalIn, tooLarge } from '../support/refusal.ts'
import { restRequest } from '../support/sample-requests.ts'
import { sampleInput } from '../support/samples.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
  await createFunction(server, { FunctionName: 'here', code: 'echo-node' })
})
after(() => server[Symbol.asyncDispose]())

const FUNCTIONS = '/2015-03-31/functions'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const newFunction = (change: object = {}): string =>
  JSON.stringify({
    FunctionName: 'new',
    Role: `arn:aws:iam::${ACCOUNT}:role/test-role`,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: 'bm8gemlw' },
    ...change,
  })

test('the model has the 88 operations of AWS Lambda', () => {
  assert.equal(Object.keys(lambdaService.operations).length, 88)
})

for (const { name, method, path } of Object.values(lambdaService.operations)) {
  const isNotYet = handlers[name as keyof typeof handlers] === notYet
  test(`${name} ${isNotYet ? 'is known and answers that it is not implemented' : 'is routed to its handler'}`, async () => {
    if (!isNotYet) {
      const answer = await sendSigned(server, { method, path: path.replaceAll(/\{\w+\}/g, 'there'), body: '{}' })
      const code = answer.headers['x-amzn-errortype']
      assert.notEqual(code, 'NotImplementedException')
      assert.notEqual(code, 'UnknownOperationException')
      assert.ok(answer.status < 500)
      return
    }
    const answer = await sendSigned(server, restRequest(name, sampleInput(lambdaService, name)))
    assert.deepEqual(refusalIn(answer), {
      code: 'NotImplementedException',
      status: 501,
      message: `The operation ${name} is not implemented by lambent yet.`,
    })
  })
}

test('a success carries a request id, its date, its length and JSON, and keeps the connection', async () => {
  const answer = await sendSigned(server, { method: 'GET', path: FUNCTIONS, headers: { connection: 'keep-alive' } })
  assert.equal(answer.status, 200)
  assert.match(String(answer.headers['x-amzn-requestid']), UUID)
  assert.ok(Date.parse(String(answer.headers.date)) > 0)
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.equal(answer.headers['content-length'], String(Buffer.byteLength(answer.text)))
  assert.equal(answer.headers.connection, 'keep-alive')
  assert.equal(answer.headers['x-amzn-errortype'], undefined)
})

const errors: readonly { name: string; request: RawRequest; status: number; code: string; keys: string[] }[] = [
  {
    name: 'a missing function',
    request: { method: 'GET', path: `${FUNCTIONS}/gone` },
    status: 404,
    code: 'ResourceNotFoundException',
    keys: ['Type', 'Message'],
  },
  {
    name: 'an invalid value',
    request: { method: 'POST', path: FUNCTIONS, body: newFunction({ Runtime: 'cobol' }) },
    status: 400,
    code: 'InvalidParameterValueException',
    keys: ['Type', 'message'],
  },
  {
    name: 'a broken constraint',
    request: { method: 'GET', path: `${FUNCTIONS}/a!` },
    status: 400,
    code: 'ValidationException',
    keys: ['message'],
  },
  {
    name: 'a body of the wrong type',
    request: { method: 'POST', path: FUNCTIONS, body: '[]' },
    status: 400,
    code: 'SerializationException',
    keys: ['message'],
  },
  {
    name: 'a path of no operation',
    request: { method: 'GET', path: '/2015-03-31/nothing' },
    status: 404,
    code: 'UnknownOperationException',
    keys: ['message'],
  },
  {
    name: 'a method of no operation',
    request: { method: 'PATCH', path: FUNCTIONS },
    status: 404,
    code: 'UnknownOperationException',
    keys: ['message'],
  },
  {
    name: 'a body that is too large',
    request: { method: 'GET', path: FUNCTIONS, body: Buffer.alloc(6_291_457) },
    status: 413,
    code: 'RequestEntityTooLargeException',
    keys: ['message'],
  },
]

for (const { name, request, status, code, keys } of errors) {
  test(`${name}: the error has its code in the header and only AWS's members in the body`, async () => {
    const answer = await sendSigned(server, { ...request, headers: { origin: 'https://page.example' } })
    assert.equal(answer.status, status)
    assert.equal(answer.headers['x-amzn-errortype'], code)
    assert.match(String(answer.headers['x-amzn-requestid']), UUID)
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.equal(answer.headers['content-length'], String(Buffer.byteLength(answer.text)))
    assert.equal(answer.headers['access-control-allow-origin'], '*')
    assert.deepEqual(Object.keys(answer.body), keys)
    if (keys.includes('Type')) assert.equal(answer.body.Type, 'User')
  })
}

test('an unsigned request to a path of no operation is asked for its signature first', async () => {
  const answer = await sendRaw(server, { method: 'GET', path: '/anywhere' })
  assert.equal(answer.headers['x-amzn-errortype'], 'MissingAuthenticationTokenException')
})

const EXPOSED = 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date,x-amz-log-result,x-amz-function-error'

test("a browser's preflight is answered without a signature and gets back what it asked for", async () => {
  const answer = await sendRaw(server, {
    method: 'OPTIONS',
    path: `${FUNCTIONS}/here/invocations`,
    headers: {
      origin: 'https://page.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,x-amz-date',
    },
  })
  assert.equal(answer.status, 200)
  assert.equal(answer.text, '')
  assert.equal(answer.headers['access-control-allow-origin'], '*')
  assert.equal(answer.headers['access-control-allow-methods'], 'POST')
  assert.equal(answer.headers['access-control-allow-headers'], 'authorization,x-amz-date')
  assert.equal(answer.headers['access-control-expose-headers'], EXPOSED)
  assert.equal(answer.headers['access-control-max-age'], '172800')
})

test('a preflight without an origin is refused', async () => {
  assert.equal((await sendRaw(server, { method: 'OPTIONS', path: FUNCTIONS })).status, 403)
})

test("a browser's request gets the headers that let the page read the answer", async () => {
  const answer = await sendSigned(server, {
    method: 'GET',
    path: FUNCTIONS,
    headers: { origin: 'https://page.example' },
  })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers['access-control-allow-origin'], '*')
  assert.equal(answer.headers['access-control-expose-headers'], EXPOSED)
})

test('a request without an origin gets no such headers', async () => {
  const answer = await sendSigned(server, { method: 'GET', path: FUNCTIONS })
  assert.equal(answer.headers['access-control-allow-origin'], undefined)
})

for (const path of [FUNCTIONS, `${FUNCTIONS}/`, `${FUNCTIONS}/?MaxItems=1`]) {
  test(`${path} lists the functions`, async () => {
    const answer = await sendSigned(server, { method: 'GET', path })
    assert.equal(answer.status, 200)
    assert.ok(Array.isArray(answer.body.Functions))
  })
}

const arn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:here`
for (const name of ['here', 'h%65re', arn, encodeURIComponent(arn), arn.replace(':', '%3a'), `${ACCOUNT}%3Ahere`]) {
  test(`${name} in the path names the function`, async () => {
    const answer = await sendSigned(server, { method: 'GET', path: `${FUNCTIONS}/${name}/configuration` })
    assert.equal(answer.status, 200)
    assert.equal(answer.body.FunctionArn, arn)
  })
}

for (const name of ['h%2565re', 'here%', 'here%zz', '%00', '%ff%fe', 'here%2Fconfiguration', '..%2Fhere']) {
  test(`${name} in the path names no function and is refused`, async () => {
    const answer = await sendSigned(server, { method: 'GET', path: `${FUNCTIONS}/${name}/configuration` })
    assert.equal(answer.headers['x-amzn-errortype'], 'ValidationException')
  })
}

const bodies = [
  {
    body: '{"FunctionName": ',
    code: 'InvalidRequestContentException',
    message: /^Could not parse request body into json: /,
  },
  { body: 'FunctionName=new', code: 'InvalidRequestContentException', message: /Unrecognized token 'FunctionName'/ },
  { body: '\u0000\u0001', code: 'InvalidRequestContentException', message: /CTRL-CHAR, code 0/ },
  { body: '[]', code: 'SerializationException', message: /^Expected a structure or null$/ },
  { body: '"text"', code: 'SerializationException', message: /^Expected a structure or null$/ },
  {
    body: newFunction({ FunctionName: 7 }),
    code: 'SerializationException',
    message: /^NUMBER_VALUE can not be converted to a String$/,
  },
  {
    body: newFunction({ FunctionName: ['a'] }),
    code: 'SerializationException',
    message: /^START_ARRAY can not be converted to a String$/,
  },
  {
    body: newFunction({ Role: { a: 1 } }),
    code: 'SerializationException',
    message: /^START_OBJECT can not be converted to a String$/,
  },
  {
    body: newFunction({ Description: true }),
    code: 'SerializationException',
    message: /^TRUE_VALUE can not be converted to a String$/,
  },
  {
    body: newFunction({ MemorySize: '128' }),
    code: 'SerializationException',
    message: /^STRING_VALUE can not be converted to an Integer$/,
  },
  { body: newFunction({ Timeout: 1.5 }), code: 'SerializationException', message: /integer/ },
  {
    body: newFunction({ Publish: 'false' }),
    code: 'SerializationException',
    message: /^STRING_VALUE can not be converted to a Boolean$/,
  },
  { body: newFunction({ Code: 'UEsF' }), code: 'SerializationException', message: /^Expected a structure or null$/ },
  {
    body: newFunction({ Code: { ZipFile: 1 } }),
    code: 'SerializationException',
    message: /^NUMBER_VALUE can not be converted to a Blob$/,
  },
  { body: newFunction({ Code: { ZipFile: 'not base64!' } }), code: 'SerializationException', message: /base64/ },
  { body: newFunction({ Environment: [] }), code: 'SerializationException', message: /^Expected a structure or null$/ },
  {
    body: newFunction({ Environment: { Variables: { A1: 1 } } }),
    code: 'SerializationException',
    message: /^NUMBER_VALUE can not be converted to a String$/,
  },
  {
    body: newFunction({ Architectures: 'x86_64' }),
    code: 'SerializationException',
    message: /^Expected list or null$/,
  },
  { body: newFunction({ Tags: ['a'] }), code: 'SerializationException', message: /^Expected a structure or null$/ },
]

for (const { body, code, message } of bodies) {
  test(`the body ${JSON.stringify(body.replace(/"Role":"[^"]*",/, '')).slice(0, 120)} is refused`, async () => {
    const refusal = refusalIn(await sendSigned(server, { method: 'POST', path: FUNCTIONS, body }))
    assert.equal(refusal.code, code)
    assert.equal(refusal.status, 400)
    assert.match(refusal.message, message)
  })
}

test('members that the model does not know are ignored, and null is the same as absent', async () => {
  await executionRole(server)
  const body = newFunction({
    Surprise: { deep: [1] },
    Description: null,
    MemorySize: null,
    Code: { ZipFile: 'bm8gemlw' },
  })
  const answer = await sendSigned(server, { method: 'POST', path: FUNCTIONS, body })
  // It came as far as the package, which is none.
  assert.match(refusalIn(answer).message, /^Could not unzip uploaded file/)
})

test('a body nested ten thousand deep is refused', async () => {
  const body = `${'{"Environment":'.repeat(10_000)}1${'}'.repeat(10_000)}`
  const answer = await sendSigned(server, { method: 'POST', path: FUNCTIONS, body })
  assert.equal(answer.status, 400)
})

const LIMIT = 70_167_211

test('a request of the largest size is read', async () => {
  const body = newFunction({ Code: { ZipFile: Buffer.alloc(52_428_800).toString('base64') } })
  const answer = await sendSigned(server, { method: 'POST', path: FUNCTIONS, body: body.padEnd(LIMIT) })
  assert.match(refusalIn(answer).message, /^Could not unzip uploaded file/)
})

test('a zip beyond 50 MB is refused by its size', async () => {
  const body = newFunction({ Code: { ZipFile: Buffer.alloc(52_428_801).toString('base64') } })
  const answer = await sendSigned(server, { method: 'POST', path: FUNCTIONS, body })
  assert.deepEqual(refusalIn(answer), tooLarge('Zipped size must be smaller than 52428800 bytes'))
})

const requestTooLarge = tooLarge(`Request must be smaller than ${LIMIT} bytes for the CreateFunction operation`)

test('a request that announces more than CreateFunction takes is refused in the words of AWS', async () => {
  const answer = await sendSigned(server, { method: 'POST', path: FUNCTIONS, body: ''.padEnd(LIMIT + 1) })
  assert.deepEqual(refusalIn(answer), requestTooLarge)
})

test('a request that announces nothing and goes on is refused as soon as it is too large', async () => {
  const head = `POST ${FUNCTIONS} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`
  const chunk = Buffer.concat([Buffer.from('1000000\r\n'), Buffer.alloc(0x1000000), Buffer.from('\r\n')])
  const answer = await talk([head, ...Array.from({ length: 5 }, () => chunk), '0\r\n\r\n'])
  assert.match(answer, /^HTTP\/1\.1 413 /)
  assert.ok(answer.includes(requestTooLarge.message))
})

const garbage = [
  { name: 'garbage', bytes: 'hello?\r\n\r\n' },
  { name: 'the greeting of a TLS client', bytes: Buffer.from('160301020001000001fc0303', 'hex') },
  { name: 'a header without an end', bytes: `GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}\r\n\r\n` },
  { name: 'two lengths', bytes: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx' },
  {
    name: 'a length and chunks',
    bytes: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  },
  { name: 'a length that is no number', bytes: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n' },
]

for (const { name, bytes } of garbage) {
  test(`${name} on the socket gets a 400, and the server goes on serving`, async () => {
    assert.match(await talk([bytes]), /^HTTP\/1\.1 400 /)
    await assertServes()
  })
}

test('a client that leaves in the middle of its request does no harm', async () => {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(`POST ${FUNCTIONS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"FunctionName": "half`)
  socket.destroy()
  await once(socket, 'close')
  await assertServes()
})

async function assertServes(): Promise<void> {
  assert.equal((await sendSigned(server, { method: 'GET', path: FUNCTIONS })).status, 200)
}

/** Writes the pieces to a socket of its own and returns what comes back until the server closes it. */
async function talk(pieces: readonly (string | Buffer)[]): Promise<string> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  // The server may close while pieces are still on their way.
  socket.on('error', () => {})
  for (const piece of pieces) socket.write(piece)
  await new Promise((resolve) => socket.on('close', resolve))
  return answer
}
