import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
} from '@aws-sdk/client-lambda'
import { createFunction, executionRole, invoke, lambdaClient, untilActive, untilUpdated } from '../support/clients.ts'
import {
  answering,
  answerWith,
  arnOf,
  configurationOf,
  describeAs,
  publishAnswering,
  publishVersion,
} from '../support/functions.ts'
import { sendSigned } from '../support/raw.ts'
import {
  breaks,
  conflict,
  invalid,
  notFound,
  type Refusal,
  refusalIn,
  refusalOf,
  revisionMismatch,
  validation,
} from '../support/refusal.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { startSlowServer } from '../support/slow-runtime.ts'
import { zipOf } from '../support/zip.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

const publish = (name: string, input = {}) => publishVersion(server, name, input)
const create = (FunctionName: string, text = FunctionName) =>
  createFunction(server, { FunctionName, code: answering(text) })

test('a version is an Active copy of $LATEST under the next number, with its own ARN and revision', async () => {
  await create('copy')
  const latest = await configurationOf(server, 'copy')
  const { status, ...version } = await publish('copy')
  assert.equal(status, 201)
  assert.deepEqual(version, {
    ...latest,
    FunctionArn: arnOf('copy:1'),
    Version: '1',
    RevisionId: version.RevisionId,
  })
  assert.equal(version.State, 'Active')
  assert.equal(version.LastUpdateStatus, 'Successful')
  assert.deepEqual(await configurationOf(server, 'copy', '1'), version)
  const after = await configurationOf(server, 'copy')
  assert.deepEqual({ ...after, RevisionId: '' }, { ...latest, RevisionId: '' })
  assert.equal(new Set([latest.RevisionId, after.RevisionId, version.RevisionId]).size, 3)
})

test('the body of a publication is the configuration, and nothing else', async () => {
  await create('raw')
  const answer = await sendSigned(server, { method: 'POST', path: '/2015-03-31/functions/raw/versions', body: '{}' })
  assert.equal(answer.status, 201)
  const shown = await sendSigned(server, { method: 'GET', path: '/2015-03-31/functions/raw/configuration?Qualifier=1' })
  assert.deepEqual(answer.body, shown.body)
})

test('publishing again without a change gives the same version, whatever description it asks for', async () => {
  await create('same')
  const first = await publish('same', { Description: 'the first' })
  assert.equal(first.Description, 'the first')
  const { RevisionId } = await configurationOf(server, 'same')
  for (const Description of [undefined, 'the second', '']) {
    const again = await publish('same', { Description })
    assert.deepEqual(again, first)
  }
  assert.equal((await configurationOf(server, 'same')).RevisionId, RevisionId)
  assert.equal((await configurationOf(server, 'same')).Description, '')
})

test('an update that changes nothing gives nothing to publish, one of code or settings does', async () => {
  await create('changes')
  assert.equal((await publish('changes')).Version, '1')
  await lambdaClient(server).send(new UpdateFunctionConfigurationCommand({ FunctionName: 'changes', Timeout: 10 }))
  await untilUpdated(server, 'changes')
  assert.equal((await publish('changes')).Version, '1')
  await describeAs(server, 'changes', 'new')
  assert.equal((await publish('changes')).Version, '2')
  await answerWith(server, 'changes', 'new code')
  assert.equal((await publish('changes')).Version, '3')
})

test('a version keeps code and settings while $LATEST goes on', async () => {
  await createFunction(server, { FunctionName: 'kept', code: answering('old'), Description: 'old' })
  await publish('kept')
  const before = await configurationOf(server, 'kept', '1')
  await answerWith(server, 'kept', 'new')
  await describeAs(server, 'kept', 'new')
  assert.deepEqual(await configurationOf(server, 'kept', '1'), before)
  assert.equal((await invoke(server, 'kept:1')).payload, 'old')
  assert.equal((await invoke(server, 'kept')).payload, 'new')
  const { Code } = await lambdaClient(server).send(new GetFunctionCommand({ FunctionName: 'kept', Qualifier: '1' }))
  const zip = Buffer.from(await (await fetch(Code?.Location ?? '')).arrayBuffer())
  assert.deepEqual(zip, zipOf(answering('old')))
})

test('a number is not given twice, also when the last version was deleted', async () => {
  await create('numbers')
  await publish('numbers')
  await describeAs(server, 'numbers', '2')
  assert.equal((await publish('numbers')).Version, '2')
  await lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName: 'numbers', Qualifier: '2' }))
  const gone = notFound(`Function not found: ${arnOf('numbers:2')}`)
  assert.deepEqual(await refusalOf(configurationOf(server, 'numbers', '2')), gone)
  assert.deepEqual(await refusalOf(invoke(server, 'numbers:2')), gone)
  assert.equal((await publish('numbers')).Version, '3')
  assert.equal((await configurationOf(server, 'numbers', '1')).Version, '1')
})

test('a function that is created anew begins at 1', async () => {
  for (const text of ['first', 'second']) {
    await create('anew', text)
    assert.equal((await publish('anew')).Version, '1')
    assert.equal((await invoke(server, 'anew:1')).payload, text)
    await lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName: 'anew' }))
    const gone = notFound(`Function not found: ${arnOf('anew:1')}`)
    assert.deepEqual(await refusalOf(invoke(server, 'anew:1')), gone)
  }
})

test('of many who publish the same change all get one version', async () => {
  await create('crowd')
  const versions = await Promise.all(Array.from({ length: 20 }, () => publish('crowd')))
  for (const version of versions) assert.deepEqual(version, versions[0])
  assert.equal(versions[0]?.Version, '1')
})

test('publishers and writers at the same time never lose a version and never repeat a number', async () => {
  await create('busy')
  const published = new Map<string, string>()
  const publisher = async () => {
    for (let i = 0; i < 10; i++) {
      const made = await publish('busy').catch((error) => {
        if (error.name !== 'ResourceConflictException') throw error
      })
      if (!made) continue
      const { Version = '', RevisionId = '' } = made
      assert.equal(published.get(Version) ?? RevisionId, RevisionId)
      published.set(Version, RevisionId)
    }
  }
  const writer = async (name: string) => {
    for (let i = 0; i < 10; i++)
      await lambdaClient(server)
        .send(new UpdateFunctionConfigurationCommand({ FunctionName: 'busy', Description: `${name} ${i}` }))
        .catch((error) => assert.equal(error.name, 'ResourceConflictException'))
  }
  await Promise.all([publisher(), publisher(), publisher(), writer('a'), writer('b')])
  for (const [version, revision] of published)
    assert.equal((await configurationOf(server, 'busy', version)).RevisionId, revision)
})

test('a publication with the revision and the code of now is made', async () => {
  await create('conditions')
  const { RevisionId, CodeSha256 } = await configurationOf(server, 'conditions')
  assert.equal((await publish('conditions', { RevisionId, CodeSha256 })).Version, '1')
})

test('CreateFunction with Publish shows version 1 with the ARN of the function, and both become Active', async () => {
  const answer = await lambdaClient(server).send(
    new CreateFunctionCommand({
      FunctionName: 'born',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: await executionRole(server),
      Code: { ZipFile: zipOf(answering('born')) },
      Publish: true,
    }),
  )
  const { Version, FunctionArn, State, StateReasonCode, LastUpdateStatus, $metadata } = answer
  assert.deepEqual(
    [$metadata.httpStatusCode, Version, FunctionArn, State, StateReasonCode, LastUpdateStatus],
    [201, '1', arnOf('born'), 'Pending', 'Creating', undefined],
  )
  await untilActive(server, 'born')
  await untilVersionActive('born', '1')
  assert.equal((await configurationOf(server, 'born')).Version, '$LATEST')
  assert.equal((await configurationOf(server, 'born', '1')).FunctionArn, arnOf('born:1'))
  assert.equal((await invoke(server, 'born:1')).payload, 'born')
  assert.equal((await publish('born')).Version, '1')
})

const untilVersionActive = (FunctionName: string, Qualifier: string, on = server) =>
  waitUntilPublishedVersionActive(
    { client: lambdaClient(on), maxWaitTime: 60, minDelay: 0.02, maxDelay: 0.2 },
    { FunctionName, Qualifier },
  )

test('while an update is in progress there is nothing to publish', async () => {
  await using slow = await startSlowServer()
  const on = slow.server
  await createFunction(on, { FunctionName: 'slow', code: answering('old') })
  await lambdaClient(on).send(new UpdateFunctionConfigurationCommand({ FunctionName: 'slow', Runtime: 'nodejs16.x' }))
  const inProgress = conflict(
    `The operation cannot be performed at this time. An update is in progress for resource: ${arnOf('slow')}`,
  )
  assert.deepEqual(await refusalOf(publishVersion(on, 'slow')), inProgress)
  slow.finish()
  await untilUpdated(on, 'slow')
  assert.equal((await publishVersion(on, 'slow')).Version, '1')
})

test('UpdateFunctionCode with Publish answers with a version that then becomes Active', async () => {
  await create('updated', 'old')
  const { $metadata, ...answer } = await lambdaClient(server).send(
    new UpdateFunctionCodeCommand({ FunctionName: 'updated', ZipFile: zipOf(answering('new')), Publish: true }),
  )
  assert.equal($metadata.httpStatusCode, 200)
  const { Version, FunctionArn, State, StateReason, StateReasonCode, LastUpdateStatus } = answer
  assert.deepEqual(
    [Version, FunctionArn, State, StateReason, StateReasonCode, LastUpdateStatus],
    ['1', arnOf('updated:1'), 'Pending', 'The function is being created.', 'Creating', undefined],
  )
  await untilVersionActive('updated', '1')
  await waitUntilFunctionUpdatedV2(
    { client: lambdaClient(server), maxWaitTime: 60, minDelay: 0.02, maxDelay: 0.2 },
    { FunctionName: 'updated' },
  )
  assert.equal((await configurationOf(server, 'updated', '1')).LastUpdateStatus, 'Successful')
  assert.equal((await invoke(server, 'updated:1')).payload, 'new')
})

test('UpdateFunctionCode with Publish and the code of the last version gives that version', async () => {
  await create('repeated', 'same')
  const { status: _, ...first } = await publish('repeated')
  const { $metadata: __, ...answer } = await lambdaClient(server).send(
    new UpdateFunctionCodeCommand({ FunctionName: 'repeated', ZipFile: zipOf(answering('same')), Publish: true }),
  )
  assert.deepEqual(answer, first)
  await untilUpdated(server, 'repeated')
})

test('versions and their numbers survive a crash', async () => {
  await using first = await startTestServer()
  const { dataDirectory } = first
  await createFunction(first, { FunctionName: 'durable', code: answering('v0') })
  await publishAnswering(first, 'durable', 2)
  await lambdaClient(first).send(new DeleteFunctionCommand({ FunctionName: 'durable', Qualifier: '2' }))
  await lambdaClient(first).send(
    new UpdateFunctionCodeCommand({ FunctionName: 'durable', ZipFile: zipOf(answering('v3')), Publish: true }),
  )
  await first.kill()
  await using second = await startTestServer({ dataDirectory })
  await untilVersionActive('durable', '3', second)
  await untilUpdated(second, 'durable')
  assert.equal((await invoke(second, 'durable:1')).payload, 'v1')
  assert.equal((await invoke(second, 'durable:3')).payload, 'v3')
  assert.equal((await refusalOf(invoke(second, 'durable:2'))).status, 404)
  await describeAs(second, 'durable', 'next')
  assert.equal((await publishVersion(second, 'durable')).Version, '4')
})

const onlyFunctions = invalid(
  'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
)

test('a publication that is refused publishes nothing', async (t) => {
  await create('table')
  const { CodeSha256, RevisionId } = await configurationOf(server, 'table')
  const refused: readonly { name: string; functionName?: string; input?: object; expected: Refusal }[] = [
    { name: 'gone', functionName: 'gone', expected: notFound(`Function not found: ${arnOf('gone')}`) },
    {
      name: 'another revision',
      input: { RevisionId: 'doesnotexist' },
      expected: revisionMismatch(),
    },
    {
      name: 'another code',
      input: { CodeSha256: 'somenonexistentsha256' },
      expected: invalid(
        `CodeSHA256 (somenonexistentsha256) is different from current CodeSHA256 in $LATEST (${CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
      ),
    },
    { name: 'a version', functionName: 'table:1', expected: onlyFunctions },
    {
      name: 'a description that is too long',
      input: { Description: 'a'.repeat(257) },
      expected: validation(breaks('description', 'a'.repeat(257), 'have length less than or equal to 256')),
    },
    {
      name: 'publishing without a number',
      input: { PublishTo: 'LATEST_PUBLISHED' },
      expected: invalid("PublishTo isn't supported for Lambda Default functions."),
    },
  ]
  for (const { name, functionName = 'table', input = {}, expected } of refused)
    await t.test(`${name} is refused`, async () => {
      assert.deepEqual(await refusalOf(publish(functionName, input)), expected)
    })
  assert.equal((await configurationOf(server, 'table')).RevisionId, RevisionId)
})

const keys: readonly { body: object; path: string; keys: readonly string[] }[] = [
  { path: 'gone', body: {}, keys: ['Type', 'Message'] },
  { path: 'keys', body: { RevisionId: 'x' }, keys: ['Type', 'message'] },
  { path: 'keys', body: { CodeSha256: 'x' }, keys: ['Type', 'message'] },
]

test('the errors have the members of AWS and no others', async () => {
  await create('keys')
  for (const { path, body, keys: expected } of keys) {
    const answer = await sendSigned(server, {
      method: 'POST',
      path: `/2015-03-31/functions/${path}/versions`,
      body: JSON.stringify(body),
    })
    assert.deepEqual(Object.keys(answer.body), expected)
    assert.equal(answer.body.Type, 'User')
    assert.ok(refusalIn(answer).status >= 400)
  }
})
