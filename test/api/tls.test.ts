import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect } from 'node:tls'
import { AddPermissionCommand, GetFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda'
import { signRequest } from '#auth'
import { makeCertificate } from '../support/certificate.ts'
import { createFunction, createUser, invoke, lambdaClient } from '../support/clients.ts'
import { createUrl, sendToUrl } from '../support/function-urls.ts'
import { arnOf } from '../support/functions.ts'
import { runPython } from '../support/python.ts'
import { sendRaw } from '../support/raw.ts'
import { refusalIn } from '../support/refusal.ts'
import { run } from '../support/run.ts'
import { cleanEnvironment, startTestServer, type TestServer } from '../support/server.ts'
import { signedText, textOf } from '../support/signed-text.ts'
import { assertGivesUp, startInVain } from '../support/start-in-vain.ts'

const certificate = makeCertificate()
let server: TestServer
before(async () => {
  server = await startTestServer({ certificate })
  await createFunction(server, { FunctionName: 'echo', code: 'echo-node' })
})
after(async () => {
  await server[Symbol.asyncDispose]()
  certificate[Symbol.dispose]()
})

const PATH = '/2015-03-31/functions/echo/invocations'
const port = () => Number(new URL(server.url).port)

test('the ready line and the links that the API gives say https', async () => {
  assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/)
  assert.match(server.output(), new RegExp(`export AWS_ENDPOINT_URL=${server.url}\n`))
  const { Code } = await lambdaClient(server).send(new GetFunctionCommand({ FunctionName: 'echo' }))
  const { origin, pathname, search } = new URL(Code?.Location ?? '')
  assert.equal(origin, server.url)
  assert.equal((await sendRaw(server, { method: 'GET', path: pathname + search })).status, 200)
})

test('the SDK invokes through it, again and again on one connection', async () => {
  const client = lambdaClient(server)
  for (const Payload of ['1', '[2]', '3']) {
    const answer = await client.send(new InvokeCommand({ FunctionName: 'echo', Payload }))
    assert.equal(answer.Payload?.transformToString(), Payload)
  }
})

// Read by hand, and by Node's parser.
for (const length of [10, 200_000]) {
  test(`who closes the sending side behind a request of ${length} bytes gets its whole answer`, async () => {
    const body = JSON.stringify('a'.repeat(length))
    await using plain = await startTestServer()
    await createFunction(plain, { FunctionName: 'echo', code: 'echo-node' })
    for (const [at, open] of [
      [server, () => connect({ port: port(), ca: readFileSync(certificate.ca), servername: 'localhost' })],
      [plain, () => connectPlain({ port: Number(new URL(plain.url).port) })],
    ] as const) {
      const socket = open()
      socket.end(textOf(signedText(at, { method: 'POST', path: PATH, body })), 'latin1')
      const answer = Buffer.concat(await Array.fromAsync(socket)).toString('latin1')
      assert.ok(answer.endsWith(`\r\n\r\n${body}`), answer.slice(0, 500))
    }
  })
}

test('boto3 invokes through it when it trusts the authority, and does not when it does not', async () => {
  const program = (verify: string) => `
import boto3
answer = boto3.client("lambda", verify=${verify}).invoke(FunctionName="echo", Payload="{}")
print(answer["StatusCode"], answer["Payload"].read())`
  const { stdout } = await runPython(server, program(JSON.stringify(certificate.ca)))
  assert.equal(stdout, "200 b'{}'\n")
  const withoutAuthority: TestServer = { ...server, ca: '/etc/ssl/certs/ca-certificates.crt' }
  await assert.rejects(runPython(withoutAuthority, program('True')), /CERTIFICATE_VERIFY_FAILED/)
})

test('curl, which signs in its own way, invokes through it', async () => {
  const { accessKeyId, secretAccessKey } = server.credentials
  const args = ['--silent', '--show-error', '--cacert', certificate.ca, '--data', '{"by":"curl"}']
  const signing = ['--aws-sigv4', `aws:amz:${server.region}:lambda`, '--user', `${accessKeyId}:${secretAccessKey}`]
  const { stdout, stderr } = await run('curl', [...args, ...signing, server.url + PATH], { env: cleanEnvironment() })
  assert.equal(stdout, '{"by":"curl"}', stderr)
})

/** An invocation whose payload is said to be unsigned. */
function unsigned(at: TestServer, body: string) {
  const headers = { host: new URL(at.url).host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  const scope = { region: at.region, service: 'lambda' }
  const request = { method: 'POST', rawPath: PATH, headers, body: Buffer.from(body) }
  return sendRaw(at, {
    method: 'POST',
    path: PATH,
    headers: signRequest(request, at.credentials, scope, Date.now()),
    body,
  })
}

test('a payload may stay unsigned through TLS, and only there', async () => {
  assert.deepEqual((await unsigned(server, '{"a":1}')).text, '{"a":1}')
  await using plain = await startTestServer()
  assert.equal((await unsigned(plain, '{"a":1}')).headers['x-amzn-errortype'], 'XAmzContentSHA256Mismatch')
})

test('policies see aws:SecureTransport', async () => {
  const condition = (secure: string) => ({ Bool: { 'aws:SecureTransport': secure } })
  const may = { Effect: 'Allow', Action: 'lambda:*', Resource: '*' }
  const secured = await createUser(server, 'secured', { ...may, Condition: condition('true') })
  const bare = await createUser(server, 'bare', { ...may, Condition: condition('false') })
  assert.equal((await invoke(server, 'echo', {}, {}, secured)).StatusCode, 200)
  await assert.rejects(invoke(server, 'echo', {}, {}, bare), { name: 'AccessDeniedException' })
})

test('a function URL answers through it', async () => {
  const host = await createUrl(server, { FunctionName: 'echo' })
  await lambdaClient(server).send(
    new AddPermissionCommand({
      FunctionName: arnOf('echo'),
      StatementId: 'url',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: '*',
      FunctionUrlAuthType: 'NONE',
    }),
  )
  const { body } = await sendToUrl(server, host)
  assert.equal((body.headers as Record<string, string>)['x-forwarded-proto'], 'https')
})

/** What comes back for these bytes until the server closes. */
function bytesFor(bytes: string, open: () => ReturnType<typeof connectPlain>): Promise<string> {
  const socket = open()
  let text = ''
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
    socket.setTimeout(60_000, () => socket.destroy(new Error('the connection stays')))
    socket.write(bytes)
  })
}

test('who speaks plain HTTP is cut off, who speaks no HTTP is told so', async () => {
  const get = 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'
  const plain = await bytesFor(get, () => connectPlain(port(), '127.0.0.1')).catch((error) => error.code)
  assert.doesNotMatch(plain, /HTTP/)
  const secure = () => connect({ port: port(), ca: readFileSync(certificate.ca), servername: 'localhost' })
  assert.match(await bytesFor(get, secure), /^HTTP\/1\.1 403 /)
  assert.match(await bytesFor('no HTTP\r\n\r\n', secure), /^HTTP\/1\.1 400 /)
  const missing = await sendRaw(server, { method: 'POST', path: PATH })
  assert.equal(refusalIn(missing).code, 'MissingAuthenticationTokenException')
})

const file = (name: string) => join(certificate.directory, name)
const inVain: readonly { name: string; args: () => readonly string[]; line: RegExp }[] = [
  {
    name: 'a certificate without a key',
    args: () => ['--tls-cert', certificate.cert],
    line: /^--tls-cert and --tls-key must be given together$/,
  },
  {
    name: 'a certificate that is not there',
    args: () => ['--tls-cert', file('nowhere'), '--tls-key', certificate.key],
    line: /^--tls-cert: ENOENT: no such file or directory, open '.*nowhere'$/,
  },
  {
    name: 'a key that is a directory',
    args: () => ['--tls-cert', certificate.cert, '--tls-key', certificate.directory],
    line: /^--tls-key: EISDIR/,
  },
  {
    name: 'a certificate that is none',
    args: () => ['--tls-cert', certificate.key, '--tls-key', certificate.key],
    line: /^--tls-cert: '.*cert\.key' is not a certificate in PEM form$/,
  },
  {
    name: 'a key that is none',
    args: () => ['--tls-cert', certificate.cert, '--tls-key', certificate.cert],
    line: /^--tls-key: '.*cert\.pem' is not a private key without a passphrase in PEM form$/,
  },
  {
    name: 'the key of another certificate',
    args: () => ['--tls-cert', certificate.cert, '--tls-key', file('ca.key')],
    line: /^--tls-key: '.*ca\.key' is not the key of the certificate in '.*cert\.pem'$/,
  },
  {
    name: 'a chain that is broken off',
    args: () => {
      writeFileSync(file('broken.pem'), `${readFileSync(certificate.cert)}-----BEGIN CERTIFICATE-----\nMIIB`)
      return ['--tls-cert', file('broken.pem'), '--tls-key', certificate.key]
    },
    line: /^--tls-cert: '.*broken\.pem' is not a chain of certificates in PEM form$/,
  },
  {
    name: 'a host beyond loopback without TLS',
    args: () => ['--host', '0.0.0.0'],
    line: /^--host 0\.0\.0\.0 is reached by other machines: give --tls-cert and --tls-key, or --insecure to do without$/,
  },
]

for (const { name, args, line } of inVain) {
  test(`${name}: one clear line and exit code 1`, async () => {
    assertGivesUp(await startInVain(['--port', '0', ...args()]), line)
  })
}

test('with TLS it listens beyond loopback without a warning', async () => {
  await using open = await startTestServer({ certificate, args: ['--host', '0.0.0.0'] })
  assert.match(open.url, /^https:\/\/0\.0\.0\.0:/)
  assert.equal(open.errors(), '')
})
