import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import {
  authenticate,
  canonicalRequest,
  type ExpectedScope,
  type Identity,
  presignUrl,
  type SignedRequest,
  signRequest,
  stringToSign,
} from '#auth'
import { alice, apiErrorOf, clockAt, received, worker } from './support.ts'

const scope = { region: 'us-east-1', service: 'lambda' }
const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const signedAt = Date.UTC(2013, 5, 9, 9, 52, 4)
const MINUTE = 60_000

const identities: Readonly<Record<string, Identity>> = {
  AKIDEXAMPLE: { secretAccessKey: 'secret', caller: alice },
  ASIDEXAMPLE: { secretAccessKey: 'secret', sessionToken: 'token', expiresAtMs: signedAt + MINUTE, caller: worker },
}

interface Circumstances {
  readonly nowMs?: number
  readonly secure?: boolean
  readonly expected?: ExpectedScope
}

function check(request: SignedRequest, { nowMs = signedAt, secure = false, expected = scope }: Circumstances = {}) {
  const lookUp = (id: string) => identities[id]
  return authenticate(request, expected, clockAt(nowMs), lookUp, { mode: 'iam', secure })
}

/** A signed GET, with headers replaced (or removed, if undefined) after signing. */
function signed(
  changes: Readonly<Record<string, string | undefined>> = {},
  with_ = scope,
  credentials: typeof key & { sessionToken?: string } = key,
) {
  const headers = signRequest({ method: 'GET', rawPath: '/f', headers: { host: 'h' } }, credentials, with_, signedAt)
  const sent = Object.entries({ ...headers, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return received('GET', '/f', sent)
}

function presigned(change: (url: string) => string = (url) => url, expiresSeconds = 600) {
  const url = new URL(change(presignUrl('http://h/f', key, scope, signedAt, { expiresSeconds })))
  return received('GET', url.pathname + url.search, [['host', url.host]])
}

/** The URL without a parameter. */
const without = (name: string) => (url: string) =>
  url.replace(new RegExp(`[?&]${name}=[^&]*`), (found) => (found[0] === '?' ? '?' : ''))

const credential = 'AKIDEXAMPLE/20130609/us-east-1/lambda/aws4_request'
const header = (parameters: string) => signed({ authorization: `AWS4-HMAC-SHA256 ${parameters}` })
const scoped = (text: string) => header(`Credential=${text}, SignedHeaders=host;x-amz-date, Signature=abc`)

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'
const invalidToken = 'The security token included in the request is invalid.'
const noCredential = "Authorization header requires 'Credential' parameter. "
const noSignature = "Authorization header requires 'Signature' parameter. "
const noSignedHeaders = "Authorization header requires 'SignedHeaders' parameter. "
const noDate = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "

type Row = readonly [name: string, request: SignedRequest, code: string, message: string, circumstances?: Circumstances]

const rows: readonly Row[] = [
  [
    'nothing signed',
    received('GET', '/f', [['host', 'h']]),
    'MissingAuthenticationTokenException',
    'Missing Authentication Token',
  ],
  [
    'an empty Authorization header',
    signed({ authorization: '' }),
    'MissingAuthenticationTokenException',
    'Missing Authentication Token',
  ],
  [
    'another scheme',
    signed({ authorization: 'Bearer x' }),
    'IncompleteSignatureException',
    `${noCredential}${noSignature}${noSignedHeaders}Authorization=Bearer x`,
  ],
  [
    'everything missing',
    signed({ authorization: 'AWS4-HMAC-SHA256', 'x-amz-date': undefined }),
    'IncompleteSignatureException',
    `${noCredential}${noSignature}${noSignedHeaders}${noDate}Authorization=AWS4-HMAC-SHA256`,
  ],
  [
    'no Credential',
    header('SignedHeaders=host, Signature=abc'),
    'IncompleteSignatureException',
    `${noCredential}Authorization=AWS4-HMAC-SHA256 SignedHeaders=host, Signature=abc`,
  ],
  [
    'no Signature',
    header(`Credential=${credential}, SignedHeaders=host`),
    'IncompleteSignatureException',
    `${noSignature}Authorization=AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host`,
  ],
  [
    'no SignedHeaders',
    header(`Credential=${credential},Signature=abc`),
    'IncompleteSignatureException',
    `${noSignedHeaders}Authorization=AWS4-HMAC-SHA256 Credential=${credential},Signature=abc`,
  ],
  [
    'no date',
    signed({
      authorization: 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=abc',
      'x-amz-date': undefined,
    }),
    'IncompleteSignatureException',
    `${noDate}Authorization=AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=abc`,
  ],
  [
    'a date of another form',
    signed({ 'x-amz-date': '2013-06-09' + 'x' }),
    'IncompleteSignatureException',
    "Date must be in ISO-8601 'basic format'. Got '2013-06-09x'. See http://en.wikipedia.org/wiki/ISO_8601",
  ],
  [
    'a credential of four parts',
    scoped('AKID/20130609/us-east-1/lambda'),
    'IncompleteSignatureException',
    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKID/20130609/us-east-1/lambda'",
  ],
  [
    'a credential of six parts',
    scoped(`${credential}/x`),
    'IncompleteSignatureException',
    `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}/x'`,
  ],
  [
    'host not signed',
    header(`Credential=${credential}, SignedHeaders=x-amz-date, Signature=abc`),
    'InvalidSignatureException',
    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
  ],
  [
    'another region',
    signed({}, { ...scope, region: 'eu-west-1' }),
    'InvalidSignatureException',
    'Credential should be scoped to a valid region. ',
  ],
  [
    'another service',
    signed({}, { ...scope, service: 's3' }),
    'InvalidSignatureException',
    "Credential should be scoped to correct service: 'lambda'. ",
  ],
  [
    'another terminator',
    scoped('AKID/20130609/us-east-1/lambda/x'),
    'InvalidSignatureException',
    "Credential should be scoped with a valid terminator: 'aws4_request', not 'x'. ",
  ],
  [
    'another day in the scope',
    scoped('AKID/b/us-east-1/lambda/aws4_request'),
    'InvalidSignatureException',
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20130609', from '20130609T095204Z'.",
  ],
  [
    'no day in the scope',
    scoped('AKID//us-east-1/lambda/aws4_request'),
    'InvalidSignatureException',
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '' != '20130609', from '20130609T095204Z'.",
  ],
  [
    'a scope wrong in every part',
    scoped('AKID/b/r/s/t'),
    'InvalidSignatureException',
    "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'lambda'. Credential should be scoped with a valid terminator: 'aws4_request', not 't'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20130609', from '20130609T095204Z'.",
  ],
  [
    'an unknown key',
    signed({}, scope, { ...key, accessKeyId: 'AKIDUNKNOWN' }),
    'UnrecognizedClientException',
    invalidToken,
  ],
  [
    'an unknown key with an old date',
    signed({}, scope, { ...key, accessKeyId: 'AKIDUNKNOWN' }),
    'UnrecognizedClientException',
    invalidToken,
    { nowMs: signedAt + 60 * MINUTE },
  ],
  [
    'a session token with a long-term key',
    signed({}, scope, { ...key, sessionToken: 'token' }),
    'UnrecognizedClientException',
    invalidToken,
  ],
  [
    'a temporary key without its token',
    signed({}, scope, { ...key, accessKeyId: 'ASIDEXAMPLE' }),
    'UnrecognizedClientException',
    invalidToken,
  ],
  [
    'a temporary key with another token',
    signed({}, scope, { ...key, accessKeyId: 'ASIDEXAMPLE', sessionToken: 'other' }),
    'UnrecognizedClientException',
    invalidToken,
  ],
  [
    'an expired temporary key',
    signed({}, scope, { ...key, accessKeyId: 'ASIDEXAMPLE', sessionToken: 'token' }),
    'ExpiredTokenException',
    'The security token included in the request is expired',
    { nowMs: signedAt + MINUTE },
  ],
  [
    'a date too old',
    signed(),
    'InvalidSignatureException',
    'Signature expired: 20130609T095204Z is now earlier than 20130609T095205Z (20130609T095705Z - 5 min.)',
    { nowMs: signedAt + 5 * MINUTE + 1000 },
  ],
  [
    'a date in the future',
    signed(),
    'InvalidSignatureException',
    'Signature not yet current: 20130609T095204Z is still later than 20130609T095203Z (20130609T094703Z + 5 min.)',
    { nowMs: signedAt - 5 * MINUTE - 1 },
  ],
  [
    'an old date with a wrong signature',
    scoped(credential),
    'InvalidSignatureException',
    'Signature expired: 20130609T095204Z is now earlier than 20130609T104704Z (20130609T105204Z - 5 min.)',
    { nowMs: signedAt + 60 * MINUTE },
  ],
  ['a wrong signature', scoped(credential), 'InvalidSignatureException', mismatch],
  ['another secret', signed({}, scope, { ...key, secretAccessKey: 'other' }), 'InvalidSignatureException', mismatch],
  [
    'a signed header that was taken away',
    signed({ 'x-amz-content-sha256': undefined }),
    'InvalidSignatureException',
    mismatch,
  ],
  [
    'a presigned URL without credential',
    presigned(without('X-Amz-Credential')),
    'IncompleteSignatureException',
    "AWS query-string parameters must include 'X-Amz-Credential'. Re-examine the query-string parameters.",
  ],
  [
    'a presigned URL without algorithm',
    presigned(without('X-Amz-Algorithm')),
    'IncompleteSignatureException',
    "AWS query-string parameters must include 'X-Amz-Algorithm'. Re-examine the query-string parameters.",
  ],
  [
    'a presigned URL with nothing but an algorithm',
    received('GET', '/f?X-Amz-Algorithm=AWS4-HMAC-SHA256', [['host', 'h']]),
    'IncompleteSignatureException',
    "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
  ],
  [
    'a presigned URL of another algorithm',
    presigned((url) => url.replace('HMAC-SHA256', 'X')),
    'IncompleteSignatureException',
    "Unsupported AWS 'algorithm': 'AWS4-X'.",
  ],
  [
    'a presigned URL for more than a week',
    presigned((url) => url.replace('Expires=600', 'Expires=604801')),
    'IncompleteSignatureException',
    'X-Amz-Expires must be a number of seconds between 1 and 604800.',
  ],
  [
    'a presigned URL for no time',
    presigned((url) => url.replace('Expires=600', 'Expires=0')),
    'IncompleteSignatureException',
    'X-Amz-Expires must be a number of seconds between 1 and 604800.',
  ],
  [
    'a presigned URL that is over',
    presigned(),
    'InvalidSignatureException',
    'Signature expired: 20130609T095204Z is now earlier than 20130609T095205Z (20130609T100205Z - 10 min.)',
    { nowMs: signedAt + 10 * MINUTE + 1000 },
  ],
  [
    'a presigned URL made to last',
    presigned((url) => url.replace('Expires=600', 'Expires=6000')),
    'InvalidSignatureException',
    mismatch,
  ],
  [
    'a presigned URL with another payload',
    { ...presigned(), body: Buffer.from('x') },
    'InvalidSignatureException',
    mismatch,
  ],
]

for (const [name, request, code, message, circumstances] of rows) {
  test(`refused: ${name}`, () => {
    const error = apiErrorOf(() => check(request, circumstances))
    assert.deepEqual([error.code, error.status, error.body], [code, 403, { message }])
  })
}

/** A POST of "the payload" whose signature is right and covers whatever the hash is said to be. */
function claiming(hash: string): SignedRequest {
  const timestamp = '20130609T095204Z'
  const names = 'host;x-amz-content-sha256;x-amz-date'
  const headers: [string, string][] = [
    ['host', 'h'],
    ['x-amz-content-sha256', hash],
    ['x-amz-date', timestamp],
  ]
  const request = canonicalRequest(received('POST', '/f', headers), names, hash)
  const hmac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest()
  const signingKey = ['20130609', 'us-east-1', 'lambda', 'aws4_request'].reduce<string | Buffer>(hmac, 'AWS4secret')
  const signature = hmac(signingKey, stringToSign(timestamp, credential.slice('AKIDEXAMPLE/'.length), request))
  headers.push([
    'authorization',
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature.toString('hex')}`,
  ])
  return received('POST', '/f', headers, 'the payload')
}

const hashMismatch = "The provided 'x-amz-content-sha256' header does not match what was computed."

for (const [name, hash, secure] of [
  ['the hash of another payload', 'a'.repeat(64), true],
  ['an unsigned payload over plain HTTP', 'UNSIGNED-PAYLOAD', false],
  ['a streaming payload', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', true],
] as const) {
  test(`refused with 400: ${name}`, () => {
    const error = apiErrorOf(() => check(claiming(hash), { secure }))
    assert.deepEqual(
      [error.code, error.status, error.body],
      ['XAmzContentSHA256Mismatch', 400, { message: hashMismatch }],
    )
  })
}

const unknownRegion = { region: 'eu-west-1', service: 'iam' }
const accepted: readonly (readonly [name: string, request: SignedRequest, circumstances?: Circumstances])[] = [
  ['a signature five minutes old', signed(), { nowMs: signedAt + 5 * MINUTE }],
  ['a signature five minutes ahead', signed(), { nowMs: signedAt - 5 * MINUTE }],
  ['an unsigned payload over TLS', claiming('UNSIGNED-PAYLOAD'), { secure: true }],
  ['a temporary key with its token', signed({}, scope, { ...key, accessKeyId: 'ASIDEXAMPLE', sessionToken: 'token' })],
  ['a presigned URL within its time', presigned(), { nowMs: signedAt + 10 * MINUTE }],
  ['a presigned URL for a week', presigned(undefined, 604_800), { nowMs: signedAt + 6 * 24 * 60 * MINUTE }],
  [
    'iam in us-east-1, wherever the server is',
    signed({}, { region: 'us-east-1', service: 'iam' }),
    { expected: unknownRegion },
  ],
  [
    'sts in us-east-1',
    signed({}, { region: 'us-east-1', service: 'sts' }),
    { expected: { region: 'eu-west-1', service: 'sts' } },
  ],
  [
    'sts in the region of the server',
    signed({}, { region: 'eu-west-1', service: 'sts' }),
    { expected: { region: 'eu-west-1', service: 'sts' } },
  ],
]

for (const [name, request, circumstances] of accepted) {
  test(`accepted: ${name}`, () => assert.ok(check(request, circumstances)))
}

test('a Date header does where X-Amz-Date is missing', () => {
  const headers: [string, string][] = [
    ['host', 'h'],
    ['date', 'Sun, 09 Jun 2013 09:52:04 GMT'],
  ]
  const request = received('GET', '/f', [
    ...headers,
    ['authorization', `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=date;host, Signature=abc`],
  ])
  assert.equal(apiErrorOf(() => check(request)).message, mismatch)
})

test('a look-up that answers later is awaited', async () => {
  const lookUp = async () => identities.AKIDEXAMPLE
  assert.equal(await authenticate(signed(), scope, clockAt(signedAt), lookUp, { mode: 'iam', secure: false }), alice)
})

test('a look-up that answers at once makes no promise', () => assert.equal(check(signed()), alice))

test('without authentication anybody is the given caller', () => {
  const request = received('GET', '/f', [])
  assert.equal(
    authenticate(request, scope, clockAt(0), () => undefined, { mode: 'none', caller: worker }),
    worker,
  )
})
