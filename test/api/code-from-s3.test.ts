import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import {
  CreateFunctionCommand,
  type FunctionCode,
  GetFunctionCommand,
  ListFunctionsCommand,
  UpdateFunctionCodeCommand,
  type UpdateFunctionCodeCommandInput,
} from '@aws-sdk/client-lambda'
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  allowUser,
  createFunction,
  createUser,
  executionRole,
  invoke,
  lambdaClient,
  untilActive,
  untilUpdated,
} from '../support/clients.ts'
import { answering, configurationOf } from '../support/functions.ts'
import { layerArnOf, publishLayer } from '../support/layers.ts'
import { type Moto, startMoto } from '../support/moto.ts'
import { breaks, denied, invalid, type Refusal, refusalOf, validation } from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { zipOf, zipOfEntries } from '../support/zip.ts'

const BUCKET = 'packages'
const keys = { LAMBENT_AWS_ACCESS_KEY_ID: 'testing', LAMBENT_AWS_SECRET_ACCESS_KEY: 'testing' }

let moto: Moto
let s3: S3Client
let server: TestServer
let Role: string
/** The versions of `code.zip`: it answers `one`, then `two`. */
const versions: string[] = []

before(async () => {
  moto = await startMoto()
  s3 = new S3Client({
    endpoint: moto.url,
    region: REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
  })
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
  await s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: 'Enabled' } }))
  for (const text of ['one', 'two']) versions.push(await put('code.zip', zipOf(answering(text))))
  await put('no-zip', Buffer.from('not a zip'))
  await put('a folder/grüße & more.zip', zipOf(answering('odd key')))
  await put('outside.zip', zipOf({ '../outside': 'x' }))
  server = await startTestServer({ args: ['--s3-endpoint', moto.url], environment: keys })
  Role = await executionRole(server)
})
after(async () => {
  await server[Symbol.asyncDispose]()
  s3.destroy()
  await moto[Symbol.asyncDispose]()
})

async function put(Key: string, Body: Buffer): Promise<string> {
  const { VersionId = '' } = await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }))
  return VersionId
}

const create = (FunctionName: string, Code: FunctionCode, on = server, credentials = on.credentials) =>
  lambdaClient(on, credentials).send(
    new CreateFunctionCommand({ FunctionName, Role, Runtime: 'nodejs22.x', Handler: 'index.handler', Code }),
  )
const update = (
  FunctionName: string,
  input: Partial<UpdateFunctionCodeCommandInput>,
  credentials = server.credentials,
) => lambdaClient(server, credentials).send(new UpdateFunctionCodeCommand({ FunctionName, ...input }))

async function answerOf(FunctionName: string): Promise<unknown> {
  await untilActive(server, FunctionName)
  await untilUpdated(server, FunctionName)
  return (await invoke(server, FunctionName)).payload
}

test('a function runs the current version of an object, or the one that is asked for', async () => {
  const created = await create('current', { S3Bucket: BUCKET, S3Key: 'code.zip' })
  assert.equal(created.CodeSize, zipOf(answering('two')).length)
  assert.equal(await answerOf('current'), 'two')
  await create('first', { S3Bucket: BUCKET, S3Key: 'code.zip', S3ObjectVersion: versions[0] })
  assert.equal(await answerOf('first'), 'one')
  await create('odd', { S3Bucket: BUCKET, S3Key: 'a folder/grüße & more.zip' })
  assert.equal(await answerOf('odd'), 'odd key')
})

test('an update takes its code from S3, and what was fetched downloads from here', async () => {
  await createFunction(server, { FunctionName: 'updated', code: answering('zero') })
  await update('updated', { S3Bucket: BUCKET, S3Key: 'code.zip', S3ObjectVersion: versions[0] })
  assert.equal(await answerOf('updated'), 'one')
  await update('updated', { S3Bucket: BUCKET, S3Key: 'code.zip', S3ObjectStorageMode: 'COPY' })
  assert.equal(await answerOf('updated'), 'two')
  const { Code } = await lambdaClient(server).send(new GetFunctionCommand({ FunctionName: 'updated' }))
  const downloaded = Buffer.from(await (await fetch(Code?.Location ?? '')).arrayBuffer())
  assert.deepEqual(downloaded, zipOf(answering('two')))
})

test('a dry run fetches and checks, and changes nothing', async () => {
  await createFunction(server, { FunctionName: 'dry', code: answering('zero') })
  const before = await configurationOf(server, 'dry')
  const shown = await update('dry', { S3Bucket: BUCKET, S3Key: 'code.zip', DryRun: true })
  assert.equal(shown.CodeSize, zipOf(answering('two')).length)
  assert.equal((await refusalOf(update('dry', { S3Bucket: BUCKET, S3Key: 'no-zip', DryRun: true }))).status, 400)
  assert.deepEqual(await configurationOf(server, 'dry'), before)
})

test('a layer is published from S3', async () => {
  const Content = { S3Bucket: BUCKET, S3Key: 'code.zip', S3ObjectVersion: versions[0] }
  const { Version, Content: { CodeSize } = {} } = await publishLayer(server, { LayerName: 'from-s3', Content })
  assert.deepEqual([Version, CodeSize], [1, zipOf(answering('one')).length])
})

test('a package beyond what a request may carry comes from S3', async () => {
  const zip = zipOf({ ...answering('large'), 'ballast.bin': Buffer.alloc(53_000_000, 'x') })
  await put('large.zip', zip)
  assert.equal((await create('large', { S3Bucket: BUCKET, S3Key: 'large.zip' })).CodeSize, zip.length)
  assert.equal(await answerOf('large'), 'large')
})

const unread = (code: string, message: string) =>
  invalid(`Error occurred while GetObject. S3 Error Code: ${code}. S3 Error Message: ${message}`)
const notYet = (setting: string) => invalid(`${setting} is not supported by lambent yet.`)
const onlyZip = invalid('Please do not provide other FunctionCode parameters when providing a ZipFile.')
const noSource = invalid('Please provide a source for function code.')
const ZipFile = zipOf(answering('zip'))
const bomb = zipOfEntries([
  { name: 'a', content: Buffer.alloc(200_000_000), isDeflated: true },
  { name: 'b', content: Buffer.alloc(62_144_001), isDeflated: true },
])

const refused: readonly (readonly [name: string, code: FunctionCode, expected: Refusal])[] = [
  [
    'a bucket that does not exist',
    { S3Bucket: 'no-such-bucket', S3Key: 'code.zip' },
    unread('NoSuchBucket', 'The specified bucket does not exist'),
  ],
  [
    'a key that does not exist',
    { S3Bucket: BUCKET, S3Key: 'nothing' },
    unread('NoSuchKey', 'The specified key does not exist.'),
  ],
  [
    'an object that is no zip',
    { S3Bucket: BUCKET, S3Key: 'no-zip' },
    invalid('Could not unzip uploaded file. Please check your file, then try to upload again.'),
  ],
  [
    'a zip that leads out of itself',
    { S3Bucket: BUCKET, S3Key: 'outside.zip' },
    invalid('Could not unzip uploaded file. Please check your file, then try to upload again.'),
  ],
  [
    'a zip that unpacks to too much',
    { S3Bucket: BUCKET, S3Key: 'bomb.zip' },
    invalid('Unzipped size must be smaller than 262144000 bytes'),
  ],
  ['a zip and an object', { ZipFile, S3Bucket: BUCKET, S3Key: 'code.zip' }, onlyZip],
  ['a zip and a bucket', { ZipFile, S3Bucket: BUCKET }, onlyZip],
  ['a zip and a version', { ZipFile, S3ObjectVersion: 'v' }, onlyZip],
  ['nothing', {}, noSource],
  ['a bucket without a key', { S3Bucket: BUCKET }, noSource],
  ['a key without a bucket', { S3Key: 'code.zip' }, noSource],
  ['a version of nothing', { S3ObjectVersion: 'v' }, noSource],
  [
    'an object that stays in S3',
    { S3Bucket: BUCKET, S3Key: 'code.zip', S3ObjectStorageMode: 'REFERENCE' },
    notYet('S3ObjectStorageMode REFERENCE'),
  ],
  [
    'a bucket of another form',
    { S3Bucket: 'a/b', S3Key: 'k' },
    validation(breaks('code.s3Bucket', 'a/b', 'satisfy regular expression pattern: [0-9A-Za-z\\.\\-_]*(?<!\\.)')),
  ],
]

test('what is refused as code of a new function is refused for an update and for a layer, and changes nothing', async (t) => {
  await put('bomb.zip', bomb)
  await createFunction(server, { FunctionName: 'kept', code: answering('kept') })
  const before = await configurationOf(server, 'kept')
  for (const [name, code, expected] of refused)
    await t.test(name, async () => {
      assert.deepEqual(await refusalOf(create('refused', code)), expected)
      const { message } = await refusalOf(update('kept', code as UpdateFunctionCodeCommandInput))
      assert.equal(message, expected.message.replace('code.s3Bucket', 's3Bucket'))
      const layer = await refusalOf(publishLayer(server, { LayerName: 'refused', Content: code }))
      assert.equal(layer.message, expected.message.replace('code.s3Bucket', 'content.s3Bucket'))
    })
  assert.deepEqual(await configurationOf(server, 'kept'), before)
  assert.equal((await refusalOf(configurationOf(server, 'refused'))).status, 404)
})

test('an object version that does not exist is refused', async () => {
  const attempt = create('refused', { S3Bucket: BUCKET, S3Key: 'code.zip', S3ObjectVersion: 'no-such-version' })
  const { code, status, message } = await refusalOf(attempt)
  assert.deepEqual([code, status], ['InvalidParameterValueException', 400])
  assert.match(message, /^Error occurred while GetObject\. S3 Error Code: \w+\. S3 Error Message: ./)
})

test('callers need a policy that lets them get the object, or its version', async () => {
  const user = 'deployer'
  const arn = `arn:aws:s3:::${BUCKET}/code.zip`
  const allow = (Action: string, Resource: string) => ({ Effect: 'Allow', Action, Resource })
  const lambda = allow('lambda:*', '*')
  const passRole = allow('iam:PassRole', '*')
  const credentials = await createUser(server, user, lambda, passRole)
  const deniedBy = (action: string) =>
    denied(
      `Your access has been denied by S3, please make sure your request credentials have permission to GetObject for ${BUCKET}/code.zip. S3 Error Code: AccessDenied. S3 Error Message: User: arn:aws:iam::${ACCOUNT}:user/${user} is not authorized to perform: ${action} on resource: "${arn}" because no identity-based policy allows the ${action} action`,
    )
  const object = { S3Bucket: BUCKET, S3Key: 'code.zip' }
  const attempts = (code: FunctionCode) => [
    () => create('mine', code, server, credentials),
    () => update('current', code, credentials),
    () => publishLayer(server, { LayerName: 'mine', Content: code }, credentials),
  ]
  for (const attempt of attempts(object)) assert.deepEqual(await refusalOf(attempt()), deniedBy('s3:GetObject'))
  await allowUser(server, user, lambda, passRole, allow('s3:GetObject', `${arn}-other`))
  for (const attempt of attempts(object)) assert.deepEqual(await refusalOf(attempt()), deniedBy('s3:GetObject'))
  await allowUser(server, user, lambda, passRole, allow('s3:GetObject', arn))
  for (const attempt of attempts(object)) await attempt()
  const versioned = attempts({ ...object, S3ObjectVersion: versions[0] })
  await untilUpdated(server, 'current')
  for (const attempt of versioned.slice(1))
    assert.deepEqual(await refusalOf(attempt()), deniedBy('s3:GetObjectVersion'))
  await allowUser(server, user, lambda, passRole, allow('s3:GetObjectVersion', arn))
  for (const attempt of versioned.slice(1)) await attempt()
})

const document = (code: string, message: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`

const bad: readonly (readonly [name: string, answer: RequestListener, expected: Refusal])[] = [
  ['never answers', () => {}, unread('RequestTimeout', 'S3 did not answer in time.')],
  [
    'answers 500 with a document',
    (_, response) => response.writeHead(500).end(document('InternalError', 'We encountered an internal error.')),
    unread('InternalError', 'We encountered an internal error.'),
  ],
  [
    'answers 500 with a text',
    (_, response) => response.writeHead(500).end('oops'),
    unread('InternalError', 'S3 answered with the status 500.'),
  ],
  [
    'answers 403',
    (_, response) => response.writeHead(403).end(document('InvalidAccessKeyId', 'No such key.')),
    denied(
      'Your access has been denied by S3, please make sure your request credentials have permission to GetObject for bucket/answers 403. S3 Error Code: InvalidAccessKeyId. S3 Error Message: No such key.',
    ),
  ],
  [
    'redirects to another region',
    (_, response) =>
      response
        .writeHead(301)
        .end(
          document(
            'PermanentRedirect',
            'The bucket is in this region: eu-west-1. Please use this region to retry the request',
          ),
        ),
    unread('PermanentRedirect', 'The bucket is in this region: eu-west-1. Please use this region to retry the request'),
  ],
  [
    'breaks off',
    (_, response) => {
      response.writeHead(200, { 'content-length': 1000 })
      response.write('PK', () => response.destroy())
    },
    unread('ECONNRESET', 'aborted'),
  ],
  [
    'sends without end',
    (_, response) => {
      const chunk = Buffer.alloc(8_000_000)
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', more)
      more()
    },
    invalid('Unzipped size must be smaller than 262144000 bytes'),
  ],
]

test('an S3 that does not do its work is told of, holds nobody up for long, and nobody else at all', async (t) => {
  // Its objects are its ways to fail.
  const listener = createServer((request, response) => {
    const key = decodeURIComponent(request.url?.split(/[/?]/)[2] ?? '')
    bad.find(([name]) => name === key)?.[1](request, response)
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  await using on = await startTestServer({
    args: ['--auth', 'none'],
    environment: { ...keys, LAMBENT_S3_ENDPOINT: `http://127.0.0.1:${port}` },
  })
  const attempt = (S3Key: string) => refusalOf(create('f', { S3Bucket: 'bucket', S3Key }, on))
  const hanging = attempt('never answers')
  for (const [name, , expected] of bad)
    if (name !== 'never answers')
      await t.test(`one that ${name}`, async () => assert.deepEqual(await attempt(name), expected))
  await createFunction(on, { FunctionName: 'other', code: answering('served') })
  assert.equal((await invoke(on, 'other')).payload, 'served')
  assert.deepEqual(await hanging, bad.find(([name]) => name === 'never answers')?.[2])
  const { Functions } = await lambdaClient(on).send(new ListFunctionsCommand({}))
  assert.deepEqual(
    Functions?.map(({ FunctionName }) => FunctionName),
    ['other'],
  )
  listener.closeAllConnections()
  listener.close()
})

test('an S3 that is not there is told of', async () => {
  await using on = await startTestServer({
    args: ['--auth', 'none', '--s3-endpoint', 'http://127.0.0.1:1'],
    environment: keys,
  })
  const { status, message } = await refusalOf(create('f', { S3Bucket: 'bucket', S3Key: 'key' }, on))
  assert.equal(status, 400)
  assert.match(message, /S3 Error Code: ECONNREFUSED\. S3 Error Message: connect ECONNREFUSED 127\.0\.0\.1:1$/)
})

test('a server without credentials for S3 says so', async () => {
  await using on = await startTestServer({
    args: ['--auth', 'none', '--s3-endpoint', moto.url],
    environment: {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
  })
  const { status, message } = await refusalOf(create('f', { S3Bucket: BUCKET, S3Key: 'code.zip' }, on))
  assert.equal(status, 400)
  assert.match(message, /S3 Error Code: CredentialsProviderError\. S3 Error Message: Could not load credentials/)
})

test('the credentials of the standard variables do as well', async () => {
  await using on = await startTestServer({
    args: ['--auth', 'none', '--s3-endpoint', moto.url],
    environment: { AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing' },
  })
  assert.ok((await create('f', { S3Bucket: BUCKET, S3Key: 'code.zip' }, on)).CodeSize)
})

test('a layer from S3 is there for functions', async () => {
  const Content = { S3Bucket: BUCKET, S3Key: 'layer.zip' }
  await put('layer.zip', zipOf({ 'nodejs/node_modules/said/index.js': 'module.exports = "from the layer"' }))
  await publishLayer(server, { LayerName: 'said', Content })
  await createFunction(server, {
    FunctionName: 'layered',
    code: { 'index.js': 'exports.handler = async () => require("said")' },
    Layers: [layerArnOf('said:1')],
  })
  assert.equal((await invoke(server, 'layered')).payload, 'from the layer')
})
