import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, UpdateAccessKeyCommand } from '@aws-sdk/client-iam'
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { presignUrl, signRequest } from '#auth'
import { iamClient, lambdaClient } from '../support/clients.ts'
import { runPython } from '../support/python.ts'
import { type RawAnswer, sendRaw, sendSigned } from '../support/raw.ts'
import { type Refusal, refusalIn, refusalOf } from '../support/refusal.ts'
import { type Credentials, REGION, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

const PATH = '/2015-03-31/functions'
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

interface Signing {
  readonly credentials?: Credentials & { readonly sessionToken?: string }
  readonly scope?: { readonly region: string; readonly service: string }
  readonly offsetMs?: number
  readonly body?: string
}

/** The headers of a list of functions, signed as asked. */
function signed({ credentials, scope, offsetMs = 0, body = '' }: Signing = {}): Record<string, string> {
  return signRequest(
    {
      method: body === '' ? 'GET' : 'POST',
      rawPath: PATH,
      headers: { host: new URL(server.url).host },
      body: Buffer.from(body),
    },
    credentials ?? server.credentials,
    scope ?? { region: REGION, service: 'lambda' },
    Date.now() + offsetMs,
  )
}

const send = (headers: Readonly<Record<string, string>>, query = '') =>
  sendRaw(server, { method: 'GET', path: `${PATH}${query && `?${query}`}`, headers })

const forbidden = (code: string, message: string): Refusal => ({ code, status: 403, message })
const missing = forbidden('MissingAuthenticationTokenException', 'Missing Authentication Token')
const mismatch = forbidden(
  'InvalidSignatureException',
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
)
const unknownKey = forbidden('UnrecognizedClientException', 'The security token included in the request is invalid.')
const wrongScope = (message: string) => forbidden('InvalidSignatureException', message)
const incomplete = (message: string) => forbidden('IncompleteSignatureException', message)

/** Headers with the Authorization header changed. */
const reworded = (change: (authorization: string) => string) => {
  const headers = signed()
  return { ...headers, authorization: change(headers.authorization ?? '') }
}

function without(headers: Record<string, string>, ...names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
}

test('a signed request is served', async () => {
  assert.equal((await send(signed())).status, 200)
})

const refused: readonly { name: string; attempt: () => Promise<RawAnswer>; expected: Refusal }[] = [
  { name: 'no signature at all', attempt: () => send({}), expected: missing },
  { name: 'an empty Authorization header', attempt: () => send({ authorization: '' }), expected: missing },
  {
    name: 'a wrong secret',
    attempt: () => send(signed({ credentials: { ...server.credentials, secretAccessKey: 'wrong' } })),
    expected: mismatch,
  },
  {
    name: 'a changed signature',
    attempt: () => send(reworded((text) => `${text.slice(0, -4)}0000`)),
    expected: mismatch,
  },
  { name: 'a signature of another query', attempt: () => send(signed(), 'MaxItems=1'), expected: mismatch },
  {
    name: 'a signature of another path',
    attempt: () => sendRaw(server, { method: 'GET', path: `${PATH}/other`, headers: signed() }),
    expected: mismatch,
  },
  {
    name: 'a signature of another method',
    attempt: () => sendRaw(server, { method: 'DELETE', path: PATH, headers: signed() }),
    expected: mismatch,
  },
  {
    name: 'an unknown key',
    attempt: () => send(signed({ credentials: { accessKeyId: 'AKIAUNKNOWNUNKNOWN00', secretAccessKey: 'x' } })),
    expected: unknownKey,
  },
  {
    name: 'a session token beside a key that has none',
    attempt: () => send(signed({ credentials: { ...server.credentials, sessionToken: 'token' } })),
    expected: unknownKey,
  },
  {
    name: 'another region',
    attempt: () => send(signed({ scope: { region: 'eu-west-1', service: 'lambda' } })),
    expected: wrongScope('Credential should be scoped to a valid region. '),
  },
  {
    name: 'another service',
    attempt: () => send(signed({ scope: { region: REGION, service: 's3' } })),
    expected: wrongScope("Credential should be scoped to correct service: 'lambda'. "),
  },
  {
    name: 'another region and another service',
    attempt: () => send(signed({ scope: { region: 'x', service: 'y' } })),
    expected: wrongScope(
      "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'lambda'. ",
    ),
  },
  {
    name: 'another terminator',
    attempt: () => send(reworded((text) => text.replace('/aws4_request', '/aws5_request'))),
    expected: wrongScope("Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. "),
  },
  {
    name: 'a credential of four parts',
    attempt: () => send(reworded((text) => text.replace(/Credential=[^,]*/, 'Credential=a/b/c/d'))),
    expected: incomplete(
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'",
    ),
  },
  {
    name: 'a host that is not signed',
    attempt: () => send(reworded((text) => text.replace('SignedHeaders=host;', 'SignedHeaders='))),
    expected: wrongScope("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
  },
  {
    name: 'an Authorization header of another kind',
    attempt: () => send({ authorization: 'Bearer abc' }),
    expected: incomplete(
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=Bearer abc",
    ),
  },
  {
    name: 'an Authorization header without a signature, and no date',
    attempt: () => send({ authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host' }),
    expected: incomplete(
      "Authorization header requires 'Signature' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host",
    ),
  },
  {
    name: 'an Authorization header without a date',
    attempt: () =>
      send(
        without(
          { ...signed(), authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f' },
          'x-amz-date',
        ),
      ),
    expected: incomplete(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f",
    ),
  },
  {
    name: 'a presigned query with only its algorithm',
    attempt: () => send({}, 'X-Amz-Algorithm=AWS4-HMAC-SHA256'),
    expected: incomplete(
      "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
    ),
  },
]

for (const { name, attempt, expected } of refused) {
  test(`${name} is refused`, async () => {
    const answer = await attempt()
    assert.deepEqual(refusalIn(answer), expected)
    assert.deepEqual(Object.keys(answer.body), ['message'])
    assert.ok(answer.headers['x-amzn-requestid'])
  })
}

test('a scope of another day than the date is refused', async () => {
  const answer = await send(reworded((text) => text.replace(/\/\d{8}\//, '/20130609/')))
  assert.match(
    refusalIn(answer).message,
    /^Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20130609' != '\d{8}', from '\d{8}T\d{6}Z'\.$/,
  )
})

const STAMP = '\\d{8}T\\d{6}Z'

test('a signature of an hour ago has expired', async () => {
  const { code, status, message } = refusalIn(await send(signed({ offsetMs: -HOUR_MS })))
  assert.deepEqual([code, status], ['InvalidSignatureException', 403])
  assert.match(
    message,
    new RegExp(`^Signature expired: ${STAMP} is now earlier than ${STAMP} \\(${STAMP} - 5 min\\.\\)$`),
  )
})

test('a signature of the next hour is not yet current', async () => {
  const { code, status, message } = refusalIn(await send(signed({ offsetMs: HOUR_MS })))
  assert.deepEqual([code, status], ['InvalidSignatureException', 403])
  assert.match(
    message,
    new RegExp(`^Signature not yet current: ${STAMP} is still later than ${STAMP} \\(${STAMP} \\+ 5 min\\.\\)$`),
  )
})

for (const minutes of [-4, 4]) {
  test(`a clock that is ${minutes} minutes off is tolerated`, async () => {
    assert.equal((await send(signed({ offsetMs: minutes * MINUTE_MS }))).status, 200)
  })
}

test('a body that is not the signed one is refused', async () => {
  const headers = signed({ body: '{"FunctionName": "one"}' })
  const answer = await sendRaw(server, { method: 'POST', path: PATH, headers, body: '{"FunctionName": "two"}' })
  assert.ok(answer.status === 403 || answer.status === 400)
  assert.match(String(answer.headers['x-amzn-errortype']), /InvalidSignatureException|XAmzContentSHA256Mismatch/)
})

test('an unsigned payload is not accepted without TLS', async () => {
  const body = '{"FunctionName": "one"}'
  const headers = { ...signed({ body }), 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  assert.ok((await sendRaw(server, { method: 'POST', path: PATH, headers, body })).status >= 400)
})

const presigned = (offsetMs = 0, expiresSeconds = 60) =>
  presignUrl(
    `${server.url}${PATH}?MaxItems=1`,
    server.credentials,
    { region: REGION, service: 'lambda' },
    Date.now() + offsetMs,
    { expiresSeconds },
  )

test('a presigned link is served as long as it says, and only as it was signed', async () => {
  assert.equal((await fetch(presigned())).status, 200)
  assert.equal((await fetch(presigned(-HOUR_MS, 7200))).status, 200)
  const expired = await fetch(presigned(-HOUR_MS, 60))
  assert.equal(expired.headers.get('x-amzn-errortype'), 'InvalidSignatureException')
  assert.match(await expired.text(), /Signature expired/)
  const changed = await fetch(presigned().replace('MaxItems=1', 'MaxItems=2'))
  assert.equal(changed.headers.get('x-amzn-errortype'), 'InvalidSignatureException')
  assert.equal((await fetch(presigned(), { method: 'DELETE' })).status, 403)
})

test('botocore presigns a link that is served', async () => {
  const { stdout } = await runPython(
    server,
    `
import os
import boto3
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
request = AWSRequest("GET", os.environ["AWS_ENDPOINT_URL"] + "${PATH}", params={"MaxItems": "1"})
SigV4QueryAuth(boto3.Session().get_credentials(), "lambda", "${REGION}", expires=60).add_auth(request)
print(request.url)
`,
  )
  assert.equal((await fetch(stdout.trim())).status, 200)
})

test('a key works while it is active', async () => {
  const iam = iamClient(server)
  await iam.send(new CreateUserCommand({ UserName: 'switched' }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'switched' }))
  const credentials = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
  const identity = () => new STSClient(settings(credentials)).send(new GetCallerIdentityCommand({}))
  const turn = (Status: 'Active' | 'Inactive') =>
    iam.send(new UpdateAccessKeyCommand({ UserName: 'switched', AccessKeyId: credentials.accessKeyId, Status }))
  assert.match((await identity()).Arn ?? '', /user\/switched$/)
  await turn('Inactive')
  assert.deepEqual(refusalIn(await send(signed({ credentials }))), unknownKey)
  await turn('Active')
  assert.match((await identity()).Arn ?? '', /user\/switched$/)
})

const settings = (credentials: Credentials, region = REGION) => ({
  endpoint: server.url,
  region,
  credentials,
  maxAttempts: 1,
})

const wrong = () => ({ ...server.credentials, secretAccessKey: 'wrong' })
const nobody = { accessKeyId: 'AKIAUNKNOWNUNKNOWN00', secretAccessKey: 'x' }

test('the SDK names the errors of Lambda', async () => {
  const list = (credentials: Credentials, region?: string) =>
    refusalOf(new LambdaClient(settings(credentials, region)).send(new ListFunctionsCommand({})))
  assert.deepEqual(await list(wrong()), mismatch)
  assert.deepEqual(await list(nobody), unknownKey)
  assert.equal((await list(server.credentials, 'eu-west-1')).message, 'Credential should be scoped to a valid region. ')
})

for (const service of ['iam', 'sts'] as const) {
  test(`${service} has XML and codes of its own for the same errors`, async () => {
    const call = (credentials: Credentials) =>
      service === 'iam'
        ? new IAMClient(settings(credentials)).send(new CreateUserCommand({ UserName: 'never' }))
        : new STSClient(settings(credentials)).send(new GetCallerIdentityCommand({}))
    assert.deepEqual(await refusalOf(call(wrong())), { ...mismatch, code: 'SignatureDoesNotMatch' })
    assert.deepEqual(await refusalOf(call(nobody)), { ...unknownKey, code: 'InvalidClientTokenId' })
  })
}

test('the errors of STS are XML on the wire', async () => {
  const answer = await sendRaw(server, {
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  })
  assert.equal(answer.status, 403)
  assert.equal(answer.headers['content-type'], 'text/xml')
  assert.match(answer.text, /<Code>MissingAuthenticationToken<\/Code>/)
  assert.match(answer.text, /<Type>Sender<\/Type>/)
})

test('a refused request changes nothing', async () => {
  const body = JSON.stringify({ FunctionName: 'sneaked' })
  const headers = {
    ...signed({ body }),
    authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=0',
  }
  assert.equal((await sendRaw(server, { method: 'POST', path: PATH, headers, body })).status, 403)
  const { Functions } = await lambdaClient(server).send(new ListFunctionsCommand({}))
  assert.deepEqual(Functions, [])
  assert.equal((await sendSigned(server, { method: 'GET', path: PATH })).status, 200)
})
