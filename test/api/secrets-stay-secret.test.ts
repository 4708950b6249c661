import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { presignUrl } from '#auth'
import {
  createFunction,
  createUser,
  executionRole,
  invoke,
  lambdaClient,
  stsClient,
  untilUpdated,
} from '../support/clients.ts'
import { poll } from '../support/poll.ts'
import { sendRaw, sendSigned } from '../support/raw.ts'
import { refusalOf } from '../support/refusal.ts'
import { REGION, startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'

// Everything that can be secret goes through the server, on paths that succeed, are denied and break; then whatever it
// has written for others to read is searched.

const ROOT_SECRET = 'root+secret/of/this+server+alone'
const S3_SECRET = 'secret/of/the+bucket+of+this+server'
const VALUE = 'value-of-an-environment-variable'
const PAYLOAD = 'payload-of-an-invocation'
const CODE = 'text-in-the-code-of-a-function'

let server: TestServer
before(async () => {
  server = await startTestServer({
    // Nobody listens there.
    args: ['--s3-endpoint', 'http://127.0.0.1:9'],
    environment: {
      LAMBENT_ROOT_ACCESS_KEY_ID: 'AKIAROOTROOTROOTROOT',
      LAMBENT_ROOT_SECRET_ACCESS_KEY: ROOT_SECRET,
      LAMBENT_S3_ACCESS_KEY_ID: 'AKIABUCKETBUCKETBUCK',
      LAMBENT_S3_SECRET_ACCESS_KEY: S3_SECRET,
    },
  })
})
after(() => server[Symbol.asyncDispose]())

const secrets = new Map<string, string>([
  ['the root secret', ROOT_SECRET],
  ['the secret for S3', S3_SECRET],
  ['the value of an environment variable', VALUE],
  ['a payload', PAYLOAD],
  ['code', CODE],
])

const Variables = { SECRET: VALUE }
const tellKeys = `/* ${CODE} */ export const handler = async () => ({ key: process.env.AWS_SECRET_ACCESS_KEY, token: process.env.AWS_SESSION_TOKEN })`

/** The keys of an environment become known to the test as its function tells them. */
async function learnKeysOf(FunctionName: string): Promise<void> {
  const { payload } = await invoke(server, FunctionName, { PAYLOAD })
  secrets.set(`the secret key of ${FunctionName}`, payload.key)
  secrets.set(`the session token of ${FunctionName}`, payload.token)
}

test('functions with secrets run, change, break and go', async () => {
  await createFunction(server, { FunctionName: 'kept', code: { 'index.mjs': tellKeys }, Environment: { Variables } })
  await learnKeysOf('kept')
  await createFunction(server, {
    FunctionName: 'broken',
    code: { 'index.mjs': `throw new Error("${CODE}")` },
    Environment: { Variables },
  })
  assert.equal((await invoke(server, 'broken', PAYLOAD)).FunctionError, 'Unhandled')
  await createFunction(server, {
    FunctionName: 'quits',
    code: { 'index.mjs': `export const handler = async () => process.exit(1) // ${CODE}` },
    Environment: { Variables },
  })
  assert.equal((await invoke(server, 'quits', PAYLOAD)).FunctionError, 'Unhandled')
  await invoke(server, 'quits', PAYLOAD, { InvocationType: 'Event' })
  await lambdaClient(server).send(
    new UpdateFunctionConfigurationCommand({ FunctionName: 'kept', Environment: { Variables: { OTHER: VALUE } } }),
  )
  await untilUpdated(server, 'kept')
  await learnKeysOf('kept')
  await createFunction(server, { FunctionName: 'other', code: 'echo-node' })
  await invoke(server, 'other')
  await lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName: 'broken' }))
})

test('requests with secrets are denied, malformed and forged', async () => {
  const user = await createUser(server, 'nobody')
  secrets.set('the secret key of a user', user.secretAccessKey)
  const { Credentials } = await stsClient(server).send(new GetSessionTokenCommand({}))
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
  const session = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
  secrets.set('the secret key of a session', SecretAccessKey).set('the token of a session', SessionToken)

  const create = {
    method: 'POST',
    path: '/2015-03-31/functions',
    body: JSON.stringify({
      FunctionName: 'denied',
      Role: await executionRole(server),
      Environment: { Variables },
      Code: { ZipFile: zipOf({ 'index.mjs': CODE }).toString('base64') },
    }),
  }
  const path = '/2015-03-31/functions/kept/invocations'
  assert.equal((await sendSigned(server, { method: 'POST', path, body: PAYLOAD }, user)).status, 403)
  assert.equal((await sendSigned(server, create, user)).status, 403)
  assert.equal((await sendSigned(server, create)).status, 400)
  assert.equal((await sendSigned(server, { ...create, body: `{"Environment": ${VALUE}` })).status, 400)
  assert.equal((await sendSigned(server, create, { ...session, secretAccessKey: 'guessed' })).status, 403)
  assert.equal((await sendRaw(server, { ...create, headers: { 'x-amz-security-token': SessionToken } })).status, 403)
  const scope = { region: REGION, service: 'lambda' }
  const link = new URL(presignUrl(`${server.url}/2015-03-31/functions`, session, scope, 0, { expiresSeconds: 60 }))
  assert.equal((await sendRaw(server, { method: 'GET', path: link.pathname + link.search })).status, 403)
  const fromS3 = new CreateFunctionCommand({
    FunctionName: 'from-s3',
    Role: await executionRole(server),
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { S3Bucket: 'bucket', S3Key: 'key' },
    Environment: { Variables },
  })
  assert.equal((await refusalOf(lambdaClient(server).send(fromS3))).status, 400)
})

/** The command lines of all processes, which every user of the machine may read. */
const commandLines = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
      } catch {
        // It has ended.
        return ''
      }
    })
    .join('\n')

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((file) => statSync(file).isFile())
}

function assertWithout(text: string, where: string): void {
  for (const [what, secret] of secrets) assert.ok(!text.includes(secret), `${what} is in ${where}`)
}

test('no command line tells them', () => assertWithout(commandLines(), 'a command line'))

test('neither what the server prints, nor the audit log, nor the logs of other functions tell them', async () => {
  assert.ok(secrets.size >= 10 && [...secrets.values()].every((secret) => secret.length > 10))
  await poll(() => server.errors().includes('could not be read from S3') || undefined)
  await server.stop()
  assertWithout(server.output(), 'what the server printed')
  const audit = filesBelow(join(server.dataDirectory, 'audit'))
  assert.equal(audit.length, 2)
  for (const file of audit) {
    assert.ok(statSync(file).size > 0)
    assertWithout(readFileSync(file, 'latin1'), file)
  }
  const logs = filesBelow(join(server.dataDirectory, 'logs')).filter((file) => readFileSync(file).includes('other'))
  assert.ok(logs.length > 0)
  for (const file of logs) assertWithout(readFileSync(file, 'latin1'), file)
})
