import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionUrlConfigCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient } from '../support/clients.ts'
import { createUrl, sendToUrl } from '../support/function-urls.ts'
import { answering, answerWith, publishVersion } from '../support/functions.ts'
import type { RawAnswer, RawRequest } from '../support/raw.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

// Who may call is another test's business: here everybody may.
let server: TestServer
let echo: string
let answerer: string
before(async () => {
  server = await startTestServer({ args: ['--auth', 'none'] })
  await createFunction(server, { FunctionName: 'echo', code: 'echo-node' })
  await createFunction(server, {
    FunctionName: 'answers',
    code: { 'index.mjs': 'export const handler = async ({ body }) => JSON.parse(body)' },
  })
  echo = await createUrl(server, { FunctionName: 'echo' })
  answerer = await createUrl(server, { FunctionName: 'answers' })
})
after(() => server[Symbol.asyncDispose]())

const eventOf = async (raw: Partial<RawRequest> = {}) => (await sendToUrl(server, echo, raw)).body
/** What a client gets when the function answers this. */
const answered = (value: unknown): Promise<RawAnswer> =>
  sendToUrl(server, answerer, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  })

test('the event is payload format 2.0', async () => {
  const answer = await sendToUrl(server, echo, {
    method: 'PUT',
    path: '/pa2%Fth/a%20b?a=1&a=2&b=%26&c',
    headers: { 'User-Agent': 'tester', 'X-Twice': 'one', cookie: 'a=1; b=2', 'content-type': 'text/plain' },
    body: 'grüß dich',
  })
  assert.equal(answer.status, 200)
  const { headers, requestContext, ...event } = answer.body
  assert.deepEqual(event, {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/pa2%Fth/a%20b',
    rawQueryString: 'a=1&a=2&b=%26&c',
    cookies: ['a=1', 'b=2'],
    queryStringParameters: { a: '1,2', b: '&', c: '' },
    body: 'grüß dich',
    isBase64Encoded: false,
  })
  const port = new URL(server.url).port
  const { 'x-amzn-trace-id': trace, connection: _, ...others } = headers as Record<string, string>
  assert.match(String(trace), /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/)
  assert.deepEqual(others, {
    host: echo,
    'content-length': '11',
    'content-type': 'text/plain',
    'user-agent': 'tester',
    'x-twice': 'one',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-port': port,
    'x-forwarded-proto': 'http',
  })
  const { requestId, time, timeEpoch, ...context } = requestContext as Record<string, unknown>
  const id = echo.split('.')[0]
  assert.equal(requestId, answer.headers['x-amzn-requestid'])
  assert.match(String(time), /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/)
  assert.ok(Math.abs(Date.now() - Number(timeEpoch)) < 60_000)
  assert.deepEqual(context, {
    accountId: 'anonymous',
    apiId: id,
    domainName: echo.split(':')[0],
    domainPrefix: id,
    http: {
      method: 'PUT',
      path: '/pa2%Fth/a%20b',
      protocol: 'HTTP/1.1',
      sourceIp: '127.0.0.1',
      userAgent: 'tester',
    },
    routeKey: '$default',
    stage: '$default',
  })
})

test('what a request does not have is not in the event', async () => {
  const { headers: _, requestContext, ...event } = await eventOf({ path: '/a%20b' })
  assert.deepEqual(event, {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/a%20b',
    rawQueryString: '',
    isBase64Encoded: false,
  })
  assert.equal((requestContext as { http: { path: string } }).http.path, '/a b')
})

const bodies: readonly [string, string | Buffer, boolean][] = [
  ['application/json', '{}', true],
  ['application/problem+json; charset=utf-8', '{}', true],
  ['text/html', '<p>', true],
  ['image/svg+xml', '<svg/>', true],
  ['application/javascript', '1', true],
  ['text/plain', Buffer.from([0xff, 0xfe]), false],
  ['application/octet-stream', 'abc', false],
  ['application/x-www-form-urlencoded', 'a=b', false],
  ['multipart/form-data; boundary=b', '--b--', false],
]
for (const [type, body, isText] of bodies)
  test(`a body of ${JSON.stringify(body)} as ${type} comes ${isText ? 'as text' : 'in base64'}`, async () => {
    const event = await eventOf({ method: 'POST', headers: { 'content-type': type }, body })
    const expected = isText ? body : Buffer.from(body).toString('base64')
    assert.deepEqual([event.body, event.isBase64Encoded], [expected, !isText])
  })

for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
  test(`${method} on any path reaches the function, also on paths of the API`, async () => {
    const { rawPath, requestContext } = await eventOf({ method, path: '/2015-03-31/functions' })
    assert.equal(rawPath, '/2015-03-31/functions')
    assert.equal((requestContext as { http: { method: string } }).http.method, method)
  })

test('HEAD has an answer without a body, other methods are refused', async () => {
  const { status, text, headers } = await sendToUrl(server, echo, { method: 'HEAD' })
  assert.deepEqual([status, text, headers['content-type']], [200, '', 'application/json'])
  assert.equal((await sendToUrl(server, echo, { method: 'PROPFIND' })).status, 400)
})

const JSON_TYPE = 'application/json'
const answers: readonly [string, unknown, { status: number; text: string; type: string }][] = [
  ['an object', { hello: 'world' }, { status: 200, text: '{"hello":"world"}', type: JSON_TYPE }],
  ['a text', 'plain', { status: 200, text: 'plain', type: JSON_TYPE }],
  ['a list', [1, 'a'], { status: 200, text: '[1,"a"]', type: JSON_TYPE }],
  ['a number', 5, { status: 200, text: '5', type: JSON_TYPE }],
  ['a truth', true, { status: 200, text: 'true', type: JSON_TYPE }],
  ['nothing', null, { status: 200, text: 'null', type: JSON_TYPE }],
  ['a status', { statusCode: 201, body: 'made' }, { status: 201, text: 'made', type: JSON_TYPE }],
  ['a status as a text', { statusCode: '418' }, { status: 418, text: '', type: JSON_TYPE }],
  ['an object for a body', { statusCode: 200, body: { a: [1] } }, { status: 200, text: '{"a":[1]}', type: JSON_TYPE }],
  [
    'a type of its own',
    { statusCode: 200, headers: { 'content-TYPE': 'text/html' }, body: '<p>' },
    { status: 200, text: '<p>', type: 'text/html' },
  ],
  [
    'bytes',
    { statusCode: 200, body: Buffer.from('bytes').toString('base64'), isBase64Encoded: true },
    { status: 200, text: 'bytes', type: JSON_TYPE },
  ],
  ...[
    { statusCode: 'none' },
    { statusCode: 99 },
    { statusCode: 200.5 },
    { statusCode: null },
    { statusCode: 200, headers: { 'a b': 'c' } },
    { statusCode: 200, headers: { a: 'b\r\nc: d' } },
    { statusCode: 200, headers: { a: {} } },
    { statusCode: 200, headers: [] },
    { statusCode: 200, cookies: 'a=b' },
    { statusCode: 200, cookies: ['a=b\n'] },
  ].map(
    (value) =>
      [JSON.stringify(value), value, { status: 502, text: 'Internal Server Error', type: JSON_TYPE }] satisfies [
        string,
        unknown,
        object,
      ],
  ),
]
for (const [what, value, expected] of answers)
  test(`a function answers with ${what}`, async () => {
    const { status, text, headers } = await answered(value)
    assert.deepEqual({ status, text, type: headers['content-type'] }, expected)
  })

test('the request id of an answer is that of the invocation', async () => {
  const code = { 'index.mjs': 'export const handler = async (_, context) => context.awsRequestId' }
  await createFunction(server, { FunctionName: 'told', code })
  const { text, headers } = await sendToUrl(server, await createUrl(server, { FunctionName: 'told' }))
  assert.equal(headers['x-amzn-requestid'], text)
})

test('headers and cookies are passed on, except those that are for the server to set', async () => {
  const { status, headers } = await answered({
    statusCode: 302,
    headers: { Location: '/there', 'X-Number': 5, Date: 'never', 'Content-Length': '3', 'x-amzn-RequestId': 'mine' },
    cookies: ['a=1; Path=/', 'b=2'],
    body: 'longer',
  })
  assert.equal(status, 302)
  assert.deepEqual(headers['set-cookie'], ['a=1; Path=/', 'b=2'])
  assert.deepEqual([headers.location, headers['x-number'], headers['content-length']], ['/there', '5', '6'])
  for (const [name, value] of [
    ['date', 'never'],
    ['content-length', '3'],
    ['x-amzn-requestid', 'mine'],
  ] as const)
    assert.equal(headers[`x-amzn-remapped-${name}`], value)
  assert.match(String(headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/)
  assert.match(String(headers['x-amzn-trace-id']), /^Root=1-.*;Sampled=0;Lineage=1:[0-9a-f]{8}:0$/)
})

for (const [what, setup] of [
  ['throws', { code: 'throw-node' }],
  ['exits', { code: 'exit-node' }],
  [
    'takes too long',
    {
      code: { 'index.mjs': 'export const handler = () => new Promise(() => setInterval(() => {}, 1000))' },
      Timeout: 1,
    },
  ],
] as const)
  test(`a function that ${what} is a bad gateway`, async () => {
    const FunctionName = what.replaceAll(' ', '-')
    await createFunction(server, { FunctionName, ...setup })
    const { status, text } = await sendToUrl(server, await createUrl(server, { FunctionName }))
    assert.deepEqual([status, text], [502, 'Internal Server Error'])
  })

test('a function that may not run at all is too much asked', async () => {
  await createFunction(server, { FunctionName: 'off', code: answering('off') })
  const host = await createUrl(server, { FunctionName: 'off' })
  await lambdaClient(server).send(
    new PutFunctionConcurrencyCommand({ FunctionName: 'off', ReservedConcurrentExecutions: 0 }),
  )
  const { status, headers } = await sendToUrl(server, host)
  assert.deepEqual([status, headers['x-amzn-errortype']], [429, 'TooManyRequestsException'])
})

test('the URL of an alias runs its version, that of the function what is newest', async () => {
  await createFunction(server, { FunctionName: 'moves', code: answering('first') })
  await publishVersion(server, 'moves')
  await lambdaClient(server).send(new CreateAliasCommand({ FunctionName: 'moves', Name: 'live', FunctionVersion: '1' }))
  await answerWith(server, 'moves', 'second')
  const newest = await createUrl(server, { FunctionName: 'moves' })
  const alias = await createUrl(server, { FunctionName: 'moves', Qualifier: 'live' })
  assert.equal((await sendToUrl(server, newest)).text, 'second')
  assert.equal((await sendToUrl(server, alias)).text, 'first')
})

test('the host of AWS itself leads to the function as well, in any case of letters', async () => {
  const host = echo.replace(/\.localhost:\d+$/, '.on.aws')
  for (const name of [host, host.toUpperCase()]) assert.deepEqual((await sendToUrl(server, name)).body.version, '2.0')
})

test('nobody answers at an id that is not there, of another region, or deleted', async () => {
  await createFunction(server, { FunctionName: 'deleted', code: answering('deleted') })
  const deleted = await createUrl(server, { FunctionName: 'deleted' })
  await lambdaClient(server).send(new DeleteFunctionUrlConfigCommand({ FunctionName: 'deleted' }))
  for (const host of ['abc.lambda-url.us-east-1.on.aws', echo.replace('us-east-1', 'eu-west-1'), deleted]) {
    const { status, headers, text } = await sendToUrl(server, host)
    assert.deepEqual([status, headers['x-amzn-errortype'], text], [403, 'AccessDeniedException', '{"Message":null}'])
  }
})

test('the URL of an alias that was deleted is forbidden', async () => {
  const alias = { FunctionName: 'echo', Name: 'brief' }
  await lambdaClient(server).send(new CreateAliasCommand({ ...alias, FunctionVersion: '$LATEST' }))
  const host = await createUrl(server, { FunctionName: 'echo', Qualifier: 'brief' })
  assert.equal((await sendToUrl(server, host)).status, 200)
  await lambdaClient(server).send(new DeleteAliasCommand(alias))
  const { status, body } = await sendToUrl(server, host)
  assert.equal(status, 403)
  assert.match(String(body.Message), /^Forbidden\. For troubleshooting/)
})

test('requests of up to 6 MB of event reach the function, larger ones are refused', async () => {
  const bytes = 6_291_456
  const headers = { 'content-type': 'text/plain' }
  const send = (length: number) =>
    sendToUrl(server, answerer, { method: 'POST', headers, body: Buffer.alloc(length, '1') })
  assert.equal((await send(bytes - 5_000)).status, 200)
  assert.equal((await send(bytes)).status, 413)
  assert.equal((await send(bytes + 1)).status, 413)
})

const cors = (headers: RawAnswer['headers']) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => /^access-control-|^vary$/.test(name)))
const question = {
  method: 'OPTIONS',
  headers: { origin: 'https://a.example', 'access-control-request-method': 'PUT' },
}

test('questions and answers of browsers follow the rules of the URL', async () => {
  await createFunction(server, {
    FunctionName: 'shared',
    code: {
      'index.mjs': `export const handler = async () => ({ statusCode: 200,
        headers: { 'access-control-allow-origin': 'https://evil.example' }, body: 'ran' })`,
    },
  })
  const host = await createUrl(server, { FunctionName: 'shared' })
  const ask = async (raw: Partial<RawRequest> = question) => {
    const { status, text, headers } = await sendToUrl(server, host, raw)
    return { status, text, ...cors(headers) }
  }
  const call = (origin: string) => ask({ headers: { origin } })
  const own = { 'access-control-allow-origin': 'https://evil.example' }
  assert.deepEqual(await ask(), { status: 200, text: 'ran', ...own })

  const Cors = {
    AllowOrigins: ['https://a.example', 'https://b.example'],
    AllowMethods: ['GET', 'PUT'],
    AllowHeaders: ['x-a', 'x-b'],
    ExposeHeaders: ['x-c'],
    MaxAge: 60,
    AllowCredentials: true,
  }
  const rule = (change: object) =>
    lambdaClient(server).send(new UpdateFunctionUrlConfigCommand({ FunctionName: 'shared', Cors: change }))
  await rule(Cors)
  const allowed = {
    'access-control-allow-origin': 'https://a.example',
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  }
  assert.deepEqual(await ask(), {
    status: 200,
    text: '',
    ...allowed,
    'access-control-allow-methods': 'GET,PUT',
    'access-control-allow-headers': 'x-a,x-b',
    'access-control-max-age': '60',
  })
  assert.deepEqual(await call('https://a.example'), {
    status: 200,
    text: 'ran',
    ...allowed,
    'access-control-expose-headers': 'x-c',
  })
  assert.deepEqual(await call('https://c.example'), { status: 200, text: 'ran', vary: 'Origin' })
  await rule({ AllowOrigins: ['*'] })
  assert.deepEqual(await call('https://c.example'), {
    status: 200,
    text: 'ran',
    'access-control-allow-origin': '*',
  })
})
