import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  ListTagsCommand,
  PublishVersionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, executionRole, iamClient, lambdaClient } from '../support/clients.ts'
import { answering, arnOf, configurationOf } from '../support/functions.ts'
import { sendSigned } from '../support/raw.ts'
import { invalid, notFound, type Refusal, refusalIn, refusalOf, validation } from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
  await createFunction(server, { FunctionName: 'f', code: answering('f') })
})
after(() => server[Symbol.asyncDispose]())

type Tags = Record<string, string>
const tag = (Resource: string, tags: Tags) =>
  lambdaClient(server).send(new TagResourceCommand({ Resource, Tags: tags }))
const untag = (Resource: string, TagKeys: string[]) =>
  lambdaClient(server).send(new UntagResourceCommand({ Resource, TagKeys }))
const tagsOf = async (Resource: string) => (await lambdaClient(server).send(new ListTagsCommand({ Resource }))).Tags
const shownTags = async (FunctionName: string, Qualifier?: string) =>
  (await lambdaClient(server).send(new GetFunctionCommand({ FunctionName, Qualifier }))).Tags
const numbered = (count: number, from = 0): Tags =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key-${from + i}`, `${i}`]))
const create = (FunctionName: string, input: object = {}) =>
  createFunction(server, { FunctionName, code: answering(FunctionName), ...input })

test('tags are added, overwritten, listed, shown and taken away', async () => {
  await create('life', { Tags: { team: 'blue' } })
  const arn = arnOf('life')
  assert.deepEqual(await tagsOf(arn), { team: 'blue' })
  assert.equal((await tag(arn, { team: 'red', 'cost centre': '7', empty: '' })).$metadata.httpStatusCode, 204)
  const expected = { team: 'red', 'cost centre': '7', empty: '' }
  assert.deepEqual(await tagsOf(arn), expected)
  assert.deepEqual(await shownTags('life'), expected)
  assert.equal((await untag(arn, ['team', 'never there'])).$metadata.httpStatusCode, 204)
  assert.deepEqual(await tagsOf(arn), { 'cost centre': '7', empty: '' })
  await untag(arn, ['cost centre', 'empty'])
  assert.deepEqual(await tagsOf(arn), {})
  assert.equal(await shownTags('life'), undefined)
})

test('the bodies are those of AWS', async () => {
  const path = `/2017-03-31/tags/${encodeURIComponent(arnOf('f'))}`
  const tagged = await sendSigned(server, { method: 'POST', path, body: '{"Tags":{"a":"b"}}' })
  assert.deepEqual([tagged.status, tagged.text], [204, ''])
  const listed = await sendSigned(server, { method: 'GET', path: `/2017-03-31/tags/${arnOf('f')}` })
  assert.deepEqual([listed.status, listed.text], [200, '{"Tags":{"a":"b"}}'])
  const untagged = await sendSigned(server, { method: 'DELETE', path: `${path}?tagKeys=a&tagKeys=x` })
  assert.deepEqual([untagged.status, untagged.text], [204, ''])
  const empty = await sendSigned(server, { method: 'GET', path })
  assert.deepEqual([empty.status, empty.text], [200, '{"Tags":{}}'])
})

test('each change of tags gives the function a new revision, and changes nothing else', async () => {
  await create('revised')
  const before = await configurationOf(server, 'revised')
  const revisions = new Set([before.RevisionId])
  for (const change of [() => tag(arnOf('revised'), { a: 'b' }), () => untag(arnOf('revised'), ['a'])]) {
    await change()
    const { RevisionId, ...rest } = await configurationOf(server, 'revised')
    revisions.add(RevisionId)
    assert.deepEqual({ ...rest, RevisionId: before.RevisionId }, before)
  }
  assert.equal(revisions.size, 3)
})

test('a version shows the tags of its function and does not keep them', async () => {
  await create('versioned', { Tags: { a: '1' } })
  await lambdaClient(server).send(new PublishVersionCommand({ FunctionName: 'versioned' }))
  await tag(arnOf('versioned'), { a: '2' })
  assert.deepEqual(await shownTags('versioned', '1'), { a: '2' })
})

test('tags that come at the same time are all kept', async () => {
  await create('crowd')
  await Promise.all(Array.from({ length: 30 }, (_, i) => tag(arnOf('crowd'), numbered(1, i))))
  assert.equal(Object.keys((await tagsOf(arnOf('crowd'))) ?? {}).length, 30)
})

test('a function that is tagged while it becomes Active becomes Active', async () => {
  const FunctionName = 'hasty'
  const creation = create(FunctionName)
  for (let i = 0; i < 20; i++) await tag(arnOf(FunctionName), numbered(1, i)).catch(() => undefined)
  await creation
  assert.equal((await configurationOf(server, FunctionName)).State, 'Active')
})

test('fifty tags are taken and one more is not', async () => {
  const tooMany = invalid('Number of tags exceeds resource tag limit.')
  await create('limits')
  assert.deepEqual(await refusalOf(tag(arnOf('limits'), numbered(51))), tooMany)
  await tag(arnOf('limits'), numbered(50))
  assert.deepEqual(await refusalOf(tag(arnOf('limits'), numbered(1, 50))), tooMany)
  await tag(arnOf('limits'), numbered(50))
  assert.deepEqual(await tagsOf(arnOf('limits')), numbered(50))
  assert.deepEqual(await refusalOf(create('too-many', { Tags: numbered(51) })), tooMany)
})

test('tags survive a crash', async () => {
  await using first = await startTestServer()
  const { dataDirectory } = first
  await createFunction(first, { FunctionName: 'f', code: answering('f') })
  await lambdaClient(first).send(new TagResourceCommand({ Resource: arnOf('f'), Tags: { kept: 'yes' } }))
  await first.kill()
  await using second = await startTestServer({ dataDirectory })
  const { Tags } = await lambdaClient(second).send(new ListTagsCommand({ Resource: arnOf('f') }))
  assert.deepEqual(Tags, { kept: 'yes' })
})

test('tags of a deleted function are not those of the next of its name', async () => {
  await create('reborn', { Tags: { old: 'yes' } })
  await lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName: 'reborn' }))
  await create('reborn')
  assert.deepEqual(await tagsOf(arnOf('reborn')), {})
})

const PATTERN =
  'arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)'
const badArn = (arn: string) =>
  validation(
    `Value '${arn}' at 'resource' failed to satisfy constraint: Member must satisfy regular expression pattern: ${PATTERN}`,
  )
const other = (rest: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:${rest}`
const uuid = '01234567-89ab-cdef-0123-456789abcdef'
const qualified = invalid('Tags on function aliases and versions are not supported. Please specify a function ARN.')

const refused: readonly { arn: string; expected: Refusal; keys: readonly string[] }[] = [
  {
    arn: arnOf('doesnotexist'),
    expected: notFound(`Function not found: ${arnOf('doesnotexist')}`),
    keys: ['Type', 'Message'],
  },
  { arn: arnOf('f:1'), expected: qualified, keys: ['Type', 'message'] },
  { arn: arnOf('f:alias'), expected: qualified, keys: ['Type', 'message'] },
  { arn: arnOf('f:$LATEST'), expected: qualified, keys: ['Type', 'message'] },
  { arn: 'arn:aws:something', expected: badArn('arn:aws:something'), keys: ['message'] },
  { arn: other('foobar:f'), expected: badArn(other('foobar:f')), keys: ['message'] },
  {
    arn: other(`event-source-mapping:${uuid}:alias`),
    expected: badArn(other(`event-source-mapping:${uuid}:alias`)),
    keys: ['message'],
  },
  {
    arn: other('capacity-provider:c:alias'),
    expected: badArn(other('capacity-provider:c:alias')),
    keys: ['message'],
  },
  {
    arn: other(`event-source-mapping:${uuid}`),
    expected: notFound(`Event source mapping not found: ${other(`event-source-mapping:${uuid}`)}`),
    keys: ['Type', 'Message'],
  },
  {
    arn: other('capacity-provider:c'),
    expected: notFound(`Capacity provider not found: ${other('capacity-provider:c')}`),
    keys: ['Type', 'Message'],
  },
  {
    arn: other('code-signing-config:csc-0123456789abcdef0'),
    expected: notFound(
      `The Lambda code signing configuration ${other('code-signing-config:csc-0123456789abcdef0')} can not be found.`,
    ),
    keys: ['Message'],
  },
  {
    arn: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f`,
    expected: notFound(`Functions from 'eu-west-1' are not reachable in this region ('${REGION}')`),
    keys: ['Type', 'Message'],
  },
]

for (const { arn, expected, keys } of refused)
  for (const { method, query = '', body = '' } of [
    { method: 'POST', body: '{"Tags":{"a":"b"}}' },
    { method: 'DELETE', query: '?tagKeys=a' },
    { method: 'GET' },
  ])
    test(`${method} of the tags of ${arn} is refused`, async () => {
      const path = `/2017-03-31/tags/${encodeURIComponent(arn)}${query}`
      const answer = await sendSigned(server, { method, path, body })
      assert.deepEqual(refusalIn(answer), expected)
      assert.deepEqual(Object.keys(answer.body), keys)
    })

test('no tags and no keys are refused', async () => {
  assert.deepEqual(
    await refusalOf(tag(arnOf('f'), {})),
    invalid('An error occurred and the request cannot be processed.'),
  )
  const noKeys = validation("Value null at 'tagKeys' failed to satisfy constraint: Member must not be null")
  assert.deepEqual(await refusalOf(untag(arnOf('f'), [])), noKeys)
  const path = `/2017-03-31/tags/${arnOf('f')}`
  assert.deepEqual(refusalIn(await sendSigned(server, { method: 'DELETE', path })), noKeys)
})

test('who may not tag creates no tagged function, and who may not list tags is told beside the rest', async () => {
  const iam = iamClient(server)
  await iam.send(new CreateUserCommand({ UserName: 'narrow' }))
  await iam.send(
    new PutUserPolicyCommand({
      UserName: 'narrow',
      PolicyName: 'narrow',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['lambda:CreateFunction', 'lambda:GetFunction', 'iam:PassRole'], Resource: '*' },
        ],
      }),
    }),
  )
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'narrow' }))
  const keys = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
  const client = lambdaClient(server, keys)
  const creation = async (FunctionName: string, tags: Tags) =>
    client.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: await executionRole(server),
        Code: { ZipFile: zipOf(answering('')) },
        Tags: tags,
      }),
    )
  const denied = (action: string, name: string) =>
    `User: arn:aws:iam::${ACCOUNT}:user/narrow is not authorized to perform: lambda:${action} on resource: ${arnOf(name)} because no identity-based policy allows the lambda:${action} action`
  const refusal = await refusalOf(creation('narrow-tagged', { a: 'b' }))
  assert.deepEqual([refusal.status, refusal.message], [403, denied('TagResource', 'narrow-tagged')])
  await creation('narrow', {})
  await create('tagged', { Tags: { secret: 'yes' } })
  const { Tags, TagsError, Configuration } = await client.send(new GetFunctionCommand({ FunctionName: 'tagged' }))
  assert.equal(Configuration?.FunctionName, 'tagged')
  assert.equal(Tags, undefined)
  assert.deepEqual(TagsError, { ErrorCode: 'AccessDeniedException', Message: denied('ListTags', 'tagged') })
})
