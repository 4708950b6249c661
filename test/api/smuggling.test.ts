import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient } from '../support/clients.ts'
import { exchange } from '../support/exchange.ts'
import { sendSigned } from '../support/raw.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type RequestText, signedText, textOf } from '../support/signed-text.ts'

// Requests that two readers could read differently: there is one reading here, and it is the one that was signed.

let server: TestServer
before(async () => {
  server = await startTestServer()
  await createFunction(server, { FunctionName: 'echo', code: 'echo-node' })
})
after(() => server[Symbol.asyncDispose]())

const PATH = '/2015-03-31/functions/echo/invocations'
const signedInvocation = (body = '{"a":1}') => signedText(server, { method: 'POST', path: PATH, body })
const statuses = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
const errorIn = (answers: string) => /x-amzn-ErrorType: (\w+)/i.exec(answers)?.[1]

test('the signed invocation itself is served', async () => {
  assert.deepEqual(statuses(await exchange(server, [textOf(signedInvocation())])), [200])
})

const mismatch = [403, 'InvalidSignatureException'] as const
const malformed = [400, undefined] as const

interface Case {
  readonly name: string
  readonly change: (request: RequestText) => RequestText
  readonly expected: readonly [status: number, error: string | undefined]
}

const withHeaders =
  (...more: readonly string[]) =>
  (request: RequestText): RequestText => ({ ...request, headers: [...request.headers, ...more] })
const withFirst =
  (...more: readonly string[]) =>
  (request: RequestText): RequestText => ({ ...request, headers: [...more, ...request.headers] })
const reworded =
  (from: string | RegExp, to: string) =>
  (request: RequestText): RequestText => ({
    ...request,
    headers: request.headers.map((header) => header.replace(from, to)),
  })
const withTarget =
  (target: string) =>
  (request: RequestText): RequestText => ({ ...request, line: `POST ${target} HTTP/1.1` })
/** Chunked, with the length gone unless it stays on purpose. */
const inChunks =
  (transferEncoding: string, keepsLength = false) =>
  ({ line, headers, body }: RequestText): RequestText => ({
    line,
    headers: [...headers.filter((header) => keepsLength || !/^content-length/i.test(header)), transferEncoding],
    body: `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  })

const cases: readonly Case[] = [
  { name: 'chunks and a length', change: inChunks('Transfer-Encoding: chunked', true), expected: malformed },
  { name: 'chunks of another kind', change: inChunks('Transfer-Encoding: xchunked'), expected: malformed },
  { name: 'chunks, then something else', change: inChunks('Transfer-Encoding: chunked, gzip'), expected: malformed },
  {
    name: 'chunks twice',
    change: inChunks('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'),
    expected: malformed,
  },
  { name: 'chunks behind a vertical tab', change: inChunks('Transfer-Encoding: \x0bchunked'), expected: malformed },
  {
    name: 'chunks with a blank before the colon',
    change: inChunks('Transfer-Encoding : chunked', true),
    expected: malformed,
  },
  { name: 'chunks in a folded line', change: inChunks('Transfer-Encoding:\r\n chunked'), expected: malformed },
  { name: 'two lengths', change: withHeaders('Content-Length: 0'), expected: malformed },
  { name: 'the same length twice', change: withHeaders('Content-Length: 7'), expected: malformed },
  { name: 'a length in a list', change: reworded('content-length: 7', 'content-length: 7, 7'), expected: malformed },
  {
    name: 'a length in hexadecimal',
    change: reworded('content-length: 7', 'content-length: 0x7'),
    expected: malformed,
  },
  { name: 'a folded header', change: withHeaders('X-A: 1', ' Host: evil'), expected: malformed },
  { name: 'a null in a header', change: withHeaders('X-A: 1\0'), expected: malformed },
  { name: 'a second host', change: withHeaders('Host: evil'), expected: mismatch },
  { name: 'a second host in front', change: withFirst('Host: evil'), expected: mismatch },
  { name: 'another host', change: reworded(/^host: .*/, 'host: evil'), expected: mismatch },
  {
    name: 'the host of a function URL',
    change: reworded(/^host: .*/, 'host: a.lambda-url.us-east-1.on.aws'),
    expected: [403, 'AccessDeniedException'],
  },
  {
    name: 'a second date',
    change: withHeaders('X-Amz-Date: 20200101T000000Z'),
    expected: [403, 'IncompleteSignatureException'],
  },
  {
    name: 'a second hash of the payload',
    change: withHeaders(`X-Amz-Content-Sha256: ${'0'.repeat(64)}`),
    expected: mismatch,
  },
  {
    name: 'a second signature in front',
    change: withFirst('Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f'),
    expected: [403, 'InvalidSignatureException'],
  },
  { name: 'an absolute target with another path', change: withTarget(`http://h${PATH}x`), expected: mismatch },
  { name: 'an absolute target without a path', change: withTarget('http://h'), expected: mismatch },
  { name: 'a target without a slash', change: withTarget(PATH.slice(1)), expected: malformed },
  { name: 'a fragment', change: withTarget(`${PATH}#f`), expected: mismatch },
  { name: 'an escaped slash', change: withTarget(PATH.replace('echo/', 'echo%2F')), expected: mismatch },
  { name: 'an escaped letter', change: withTarget(PATH.replace('echo', '%65cho')), expected: mismatch },
  { name: 'a null in the path', change: withTarget(`${PATH}\0`), expected: malformed },
  { name: 'bytes in the path that are not ASCII', change: withTarget(`${PATH}/\xff`), expected: malformed },
  { name: 'another query', change: withTarget(`${PATH}?Qualifier=1`), expected: mismatch },
  {
    name: 'a signature in the query beside the one in the header',
    change: withTarget(`${PATH}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0`),
    expected: mismatch,
  },
  {
    name: 'another version of HTTP',
    change: (request) => ({ ...request, line: `POST ${PATH} HTTP/1.2` }),
    expected: malformed,
  },
]

for (const { name, change, expected } of cases) {
  test(`it is refused with ${name}`, async () => {
    const text = textOf(change(signedInvocation()))
    const answer = await exchange(server, [text])
    assert.deepEqual([...statuses(answer), errorIn(answer)], expected, answer)
    // The same when it does not arrive whole, and so goes another way.
    const later = await exchange(server, [text.slice(0, 40), text.slice(40)])
    assert.deepEqual([...statuses(later), errorIn(later)], expected, later)
  })
}

// Signatures leave these out, so that the request has the signature of another path: it must not be taken for it.
const detours = ['/', '/.', '/x/..', '/./.'].map((detour) => PATH.replace('/echo', `${detour}/echo`))

for (const target of [...detours, `/${PATH}`, `/x/..${PATH}`, `${PATH}/.`]) {
  test(`${target} is not the path that it was signed as`, async () => {
    const answer = await exchange(server, [textOf(withTarget(target)(signedInvocation()))])
    assert.deepEqual([...statuses(answer), errorIn(answer)], [404, 'UnknownOperationException'])
  })
}

for (const [path, status, error] of [
  ['/2015-03-31/functions/a%2Fb', 400, 'ValidationException'],
  ['/2015-03-31/functions/%2e%2e', 404, 'ResourceNotFoundException'],
  ['/2015-03-31/functions/%ff%fe', 400, 'ValidationException'],
  ['/2015-03-31/functions/%', 400, 'ValidationException'],
  ['/2015-03-31/functions/%zz', 400, 'ValidationException'],
  ['/2015-03-31/functions/%00', 400, 'ValidationException'],
  ['/2015-03-31/functions/a%0d%0aX-A:%201', 400, 'ValidationException'],
  ['/2015-03-31/functions//echo', 404, 'UnknownOperationException'],
  ['/2015-03-31/functions/../functions/echo', 404, 'UnknownOperationException'],
  ['//', 404, 'UnknownOperationException'],
] as const) {
  test(`GET ${path}, signed as it is, is answered with ${status}`, async () => {
    const answer = await sendSigned(server, { method: 'GET', path })
    assert.deepEqual([answer.status, answer.headers['x-amzn-errortype']], [status, error], answer.text)
  })
}

test('a request in the body of another is not served', async () => {
  const hidden = textOf(signedText(server, { method: 'DELETE', path: '/2015-03-31/functions/echo' }))
  const outer = signedInvocation(JSON.stringify(hidden))
  assert.deepEqual(statuses(await exchange(server, [textOf(outer)])), [200])
  // Said to be shorter than it is, so that the rest looks like a request of its own.
  const cut = reworded(/^content-length: .*/, 'content-length: 1')(outer)
  const answer = await exchange(server, [textOf(cut)], 2)
  assert.ok(
    statuses(answer).every((status) => status === 400 || status === 403),
    answer,
  )
  const { Functions = [] } = await lambdaClient(server).send(new ListFunctionsCommand({}))
  assert.deepEqual(
    Functions.map(({ FunctionName }) => FunctionName),
    ['echo'],
  )
})

/** Each byte of the text changed in turn, to one that is never its other case, nor white space. */
function* changed(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) {
    const other = String.fromCharCode(text.charCodeAt(at) ^ 1)
    if (!/[ \t\r\n]/.test(other + text[at])) yield text.slice(0, at) + other + text.slice(at + 1)
  }
}

/** What of a header may change without changing what it says. */
const FORM = /^(authorization: AWS4-HMAC-SHA256 |[\w-]+: )|Credential=|SignedHeaders=|Signature=|,/g

test('with any single byte changed it is refused at the door', async () => {
  const request = signedText(server, { method: 'POST', path: `${PATH}?Qualifier=%24LATEST`, body: '{"a":1}' })
  const lines = [...changed(request.line.replace(' HTTP/1.1', ''))].map((line) => ({
    ...request,
    line: `${line} HTTP/1.1`,
  }))
  const bodies = [...changed(request.body)].map((body) => ({ ...request, body }))
  const headers = request.headers.flatMap((header, index) => {
    if (header.startsWith('content-length')) return []
    const form = header.replace(FORM, (found) => ' '.repeat(found.length))
    return [...changed(form)].map((value) => {
      const text = [...value].map((character, at) => (form[at] === ' ' ? header[at] : character)).join('')
      return { ...request, headers: request.headers.with(index, text) }
    })
  })
  const requests = [...lines, ...bodies, ...headers]
  assert.ok(requests.length > 300)
  for (const one of requests) {
    const text = textOf(one)
    const [status = 0] = statuses(await exchange(server, [text]))
    assert.ok(status >= 400 && status < 500, `${status} for ${text}`)
  }
})
