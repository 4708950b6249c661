import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { authenticate, presignUrl, type SignedRequest, signRequest } from '#auth'
import { ApiError } from '#model'
import { alice, clockAt, received } from './support.ts'

const scope = { region: 'us-east-1', service: 'lambda' }
const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5)

function isAccepted(request: SignedRequest): boolean {
  const lookUp = (id: string) => (id === key.accessKeyId ? { ...key, caller: alice } : undefined)
  try {
    return authenticate(request, scope, clockAt(nowMs), lookUp, { mode: 'iam', secure: true }) === alice
  } catch (error) {
    assert(error instanceof ApiError)
    return false
  }
}

const body = '{"name":"value"}'
const headers = signRequest(
  {
    method: 'POST',
    rawPath: '/2015-03-31/functions/echo/invocations',
    rawQuery: 'Qualifier=prod',
    headers: { host: 'localhost:9000', 'content-type': 'application/json' },
    body: Buffer.from(body),
  },
  key,
  scope,
  nowMs,
)
const intact = received('POST', '/2015-03-31/functions/echo/invocations?Qualifier=prod', Object.entries(headers), body)
const url = new URL(presignUrl('http://localhost/code/abc', key, scope, nowMs, { expiresSeconds: 60 }))
const intactUrl = received('GET', url.pathname + url.search, [['host', 'localhost']])

test('the intact requests are accepted', () => {
  assert.equal(isAccepted(intact), true)
  assert.equal(isAccepted(intactUrl), true)
})

/** Every text with one byte changed, at each place in turn, to a random other one. */
function* changed(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) {
    const byte = text.charCodeAt(at) ^ randomInt(1, 256)
    yield text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1)
  }
}

function refusesAll(text: string, withText: (text: string) => SignedRequest): void {
  for (const other of changed(text)) assert.equal(isAccepted(withText(other)), false, JSON.stringify(other))
}

test('a changed byte of the method is refused', () => refusesAll(intact.method, (method) => ({ ...intact, method })))

test('a changed byte of the path is refused', () => refusesAll(intact.rawPath, (rawPath) => ({ ...intact, rawPath })))

test('a changed byte of the query is refused', () =>
  refusesAll(intact.rawQuery, (rawQuery) => ({ ...intact, rawQuery })))

test('a changed byte of the body is refused', () =>
  refusesAll(body, (text) => ({ ...intact, body: Buffer.from(text, 'latin1') })))

test('a body cut short or made longer is refused', () => {
  assert.equal(isAccepted({ ...intact, body: intact.body.subarray(1) }), false)
  assert.equal(isAccepted({ ...intact, body: Buffer.concat([intact.body, Buffer.alloc(1)]) }), false)
})

for (const name of Object.keys(headers).filter((name) => name !== 'authorization')) {
  test(`a changed byte of the signed header ${name} is refused`, () =>
    refusesAll(headers[name] ?? '', (value) => withHeader(name, value)))
}

test('a changed byte of the signature, the credential or the signed headers is refused', () => {
  const parameters = (headers.authorization ?? '').slice('AWS4-HMAC-SHA256 '.length)
  const harmless = /[ ,=]|Credential|SignedHeaders|Signature/g
  const values = parameters.replace(harmless, (found) => ' '.repeat(found.length))
  for (let at = 0; at < parameters.length; at++) {
    if (values[at] === ' ') continue
    // Not white space, which may surround a value, and not the other case, which the names of headers do not have.
    const other = String.fromCharCode(parameters.charCodeAt(at) ^ 1)
    const authorization = `AWS4-HMAC-SHA256 ${parameters.slice(0, at)}${other}${parameters.slice(at + 1)}`
    assert.equal(isAccepted(withHeader('authorization', authorization)), false, authorization)
  }
})

test('a signature in upper case is refused', () => {
  const authorization = (headers.authorization ?? '').replace(
    /Signature=.*/,
    (found) => `Signature=${found.slice(10).toUpperCase()}`,
  )
  assert.equal(isAccepted(withHeader('authorization', authorization)), false)
})

test('a second header of a signed name is refused', () => {
  const rawHeaders = [...intact.rawHeaders, 'Content-Type', 'text/plain']
  assert.equal(isAccepted({ ...intact, rawHeaders }), false)
})

test('a changed byte of a presigned query is refused', () => {
  for (const other of changed(intactUrl.rawQuery)) {
    // %2F and %2f are the same text; so is what decodes to it.
    if (decode(other) === decode(intactUrl.rawQuery)) continue
    assert.equal(isAccepted({ ...intactUrl, rawQuery: other }), false, other)
  }
})

const decode = (query: string) =>
  query.replace(/%[0-9A-Fa-f]{2}/g, (found) => String.fromCharCode(Number.parseInt(found.slice(1), 16)))

function withHeader(name: string, value: string): SignedRequest {
  const changedHeaders = { ...headers, [name]: value }
  return { ...intact, headers: changedHeaders, rawHeaders: Object.entries(changedHeaders).flat() }
}
