import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateFunctionUrlConfigCommand } from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient } from '../support/clients.ts'
import { exchange } from '../support/exchange.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

// Plain invocations are read by hand, everything else by Node's parser. Nobody should be able to tell which one it was.

let server: TestServer
let urlHost: string
before(async () => {
  server = await startTestServer({ args: ['--auth', 'none'] })
  await createFunction(server, { FunctionName: 'echo', code: 'echo-node' })
  await createFunction(server, {
    FunctionName: 'says',
    code: { 'index.mjs': "export const handler = async ({ body }) => JSON.parse(Buffer.from(body, 'base64'))" },
  })
  const url = { FunctionName: 'says', AuthType: 'NONE' } as const
  const { FunctionUrl } = await lambdaClient(server).send(new CreateFunctionUrlConfigCommand(url))
  urlHost = new URL(FunctionUrl ?? '').host
})
after(() => server[Symbol.asyncDispose]())

const PATH = '/2015-03-31/functions/echo/invocations'
const UNKNOWN = 'GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n'

/** Answers without what differs from one request to the next, headers in order of name. */
function comparable(text: string): string[] {
  return text.split(/(?=HTTP\/1\.1 \d)/).map((answer) => {
    const [head = '', ...body] = answer.split('\r\n\r\n')
    const [status = '', ...headers] = head.split('\r\n')
    const named = headers.map((line) => line.replace(/^(Date|x-amzn-RequestId|X-Amzn-Trace-Id): .*/, '$1'))
    return [status, ...named.sort(), body.join('\r\n\r\n')].join('\n')
  })
}

const invocation = (headers: readonly string[] = [], body = '{"a":1}', target = PATH, version = 'HTTP/1.1') =>
  `${[`POST ${target} ${version}`, 'Host: h', `Content-Length: ${body.length}`, ...headers].join('\r\n')}\r\n\r\n${body}`

interface Case {
  readonly name: string
  readonly parts: readonly string[]
  readonly status: number
  readonly answers?: number
}

const cases: readonly Case[] = [
  { name: 'plain', parts: [invocation()], status: 200 },
  { name: 'two, one after the other', parts: [invocation(), invocation([], '[2]')], status: 200, answers: 2 },
  { name: 'two at once', parts: [invocation() + invocation([], '[2]')], status: 200, answers: 2 },
  { name: 'without a body', parts: [invocation([], '')], status: 200 },
  { name: 'an event', parts: [invocation(['X-Amz-Invocation-Type: Event'])], status: 202 },
  { name: 'a dry run', parts: [invocation(['x-amz-invocation-type: DryRun'])], status: 204 },
  { name: 'no JSON', parts: [invocation([], '{')], status: 400 },
  { name: 'Latin-1 in the body', parts: [invocation([], '"\u00fc"')], status: 400 },
  { name: 'an unknown function', parts: [invocation([], '{}', PATH.replace('echo', 'nobody'))], status: 404 },
  { name: 'a qualifier', parts: [invocation([], '{}', `${PATH}?Qualifier=%24LATEST`)], status: 200 },
  { name: 'a fragment of it', parts: [invocation().slice(0, 40), invocation().slice(40)], status: 200 },
  { name: 'the body later', parts: invocation().split(/(?=\{)/), status: 200 },
  { name: 'another request behind it', parts: [invocation(), UNKNOWN, invocation()], status: 200, answers: 3 },
  { name: 'the next one early', parts: [`${invocation()}POST`, invocation().slice(4)], status: 200, answers: 2 },
  { name: 'the connection ends', parts: [invocation(['Connection: close'])], status: 200 },
  { name: 'the connection stays', parts: [invocation(['Connection: Keep-Alive'])], status: 200 },
  { name: 'HTTP/1.0', parts: [invocation([], '{}', PATH, 'HTTP/1.0')], status: 200 },
  { name: 'HTTP/1.2', parts: [invocation([], '{}', PATH, 'HTTP/1.2')], status: 400 },
  { name: 'an absolute target', parts: [invocation([], '{}', `http://h${PATH}`)], status: 200 },
  { name: 'a space in the target', parts: [invocation([], '{}', `${PATH} x`)], status: 400 },
  { name: 'a header twice', parts: [invocation(['X-A: 1', 'x-a: 2'])], status: 200 },
  { name: 'a header that every object has', parts: [invocation(['__proto__: 1', 'constructor: 2'])], status: 200 },
  { name: 'an empty header', parts: [invocation(['X-A:'])], status: 200 },
  { name: 'a header with blanks around it', parts: [invocation(['X-A: \t b \t '])], status: 200 },
  { name: 'a header in Latin-1', parts: [invocation(['X-A: \u00fc'])], status: 200 },
  { name: 'a header with a null', parts: [invocation(['X-A: \0'])], status: 400 },
  { name: 'a header without a colon', parts: [invocation(['X-A'])], status: 400 },
  { name: 'a header without a name', parts: [invocation([': 1'])], status: 400 },
  { name: 'a blank before the colon', parts: [invocation(['X-A : 1'])], status: 400 },
  { name: 'a folded header', parts: [invocation(['X-A: 1', ' 2'])], status: 400 },
  { name: 'a line feed alone', parts: [invocation(['X-A: 1\nX-B: 2'])], status: 400 },
  { name: 'a carriage return alone', parts: [invocation(['X-A: 1\rX-B: 2'])], status: 400 },
  { name: 'no host', parts: [invocation().replace('Host: h\r\n', '')], status: 400 },
  { name: 'two lengths', parts: [invocation(['Content-Length: 1'])], status: 400 },
  { name: 'a length and chunks', parts: [invocation(['Transfer-Encoding: chunked'])], status: 400 },
  { name: 'a length that is negative', parts: [invocation().replace('Length: 7', 'Length: -7')], status: 400 },
  { name: 'a length with a plus', parts: [invocation().replace('Length: 7', 'Length: +7')], status: 400 },
  { name: 'a length that is too short', parts: [invocation().replace('Length: 7', 'Length: 6')], status: 400 },
  {
    name: 'chunks',
    parts: [
      invocation(['Transfer-Encoding: chunked'], '')
        .replace('Content-Length: 0\r\n', '')
        .concat('2\r\n{}\r\n0\r\n\r\n'),
    ],
    status: 200,
  },
  { name: 'an expectation', parts: [invocation(['Expect: 100-continue'])], status: 100, answers: 2 },
  { name: 'a head that is too long', parts: [invocation([`X-A: ${'a'.repeat(20_000)}`])], status: 400 },
  { name: 'bytes that are no HTTP', parts: ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'], status: 400 },
]

for (const { name, parts, status, answers = 1 } of cases) {
  test(`an invocation is answered alike by both parsers: ${name}`, async () => {
    const byHand = comparable(await exchange(server, parts, answers))
    // The first request is not an invocation, so that the connection is Node's from then on.
    const [, ...byNode] = comparable(await exchange(server, [UNKNOWN, ...parts], answers + 1))
    assert.deepEqual(byHand, byNode)
    assert.match(byHand[0] ?? '', new RegExp(`^HTTP/1.1 ${status} `))
  })
}

const answersOfUrls = [
  { statusCode: 204, body: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nEVIL!' },
  { statusCode: 304, body: 'nothing' },
  { statusCode: 200, cookies: ['a=1', 'b=2'], body: 'two cookies' },
]

for (const answer of answersOfUrls) {
  test(`a URL whose path looks like an invocation is a URL: ${JSON.stringify(answer)}`, async () => {
    const request = invocation([], JSON.stringify(answer)).replace('Host: h', `Host: ${urlHost}`)
    // What follows shows where the first answer ends.
    const byHand = comparable(await exchange(server, [request, UNKNOWN], 2))
    const [, ...byNode] = comparable(await exchange(server, [UNKNOWN, request, UNKNOWN], 3))
    assert.deepEqual(byHand, byNode)
    assert.match(byHand[0] ?? '', new RegExp(`^HTTP/1.1 ${answer.statusCode} `))
    assert.match(byHand[1] ?? '', /^HTTP\/1.1 404 /)
  })
}
