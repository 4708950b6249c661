import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  InvalidParameterValueException,
  InvalidRequestContentException,
  InvocationType,
  Lambda,
  LambdaServiceException,
  LogType,
  PreconditionFailedException,
  paginateListFunctions,
  ResourceConflictException,
  ResourceNotFoundException,
  waitUntilFunctionActiveV2,
  waitUntilFunctionExists,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import { executionRole } from '../support/clients.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { zipOfFixture } from '../support/zip.ts'

// The SDK for JavaScript as its users hold it: retries, waiters and paginators as they are.

let server: TestServer
let lambda: Lambda
let Role: string
before(async () => {
  server = await startTestServer()
  Role = await executionRole(server)
  lambda = new Lambda({ endpoint: server.url, region: server.region, credentials: server.credentials })
})
after(async () => {
  lambda.destroy()
  await server[Symbol.asyncDispose]()
})

const setup = (FunctionName: string, code = 'echo-node') => ({
  FunctionName,
  Role,
  Runtime: 'nodejs22.x' as const,
  Handler: 'index.handler',
  Code: { ZipFile: zipOfFixture(code) },
})
const patience = () => ({ client: lambda, maxWaitTime: 60 })

test('the waiters see a function come, become active, and be updated', async () => {
  const FunctionName = 'waited'
  await lambda.createFunction(setup(FunctionName))
  assert.equal((await waitUntilFunctionExists(patience(), { FunctionName })).state, 'SUCCESS')
  assert.equal((await waitUntilFunctionActiveV2(patience(), { FunctionName })).state, 'SUCCESS')
  await lambda.updateFunctionConfiguration({ FunctionName, Description: 'updated' })
  assert.equal((await waitUntilFunctionUpdatedV2(patience(), { FunctionName })).state, 'SUCCESS')
  assert.equal((await lambda.getFunctionConfiguration({ FunctionName })).Description, 'updated')
})

test('the paginator walks through every page', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `page-${String(index).padStart(2, '0')}`)
  await Promise.all(names.map((name) => lambda.createFunction(setup(name))))
  const sizes: number[] = []
  const found: string[] = []
  for await (const { Functions = [] } of paginateListFunctions({ client: lambda }, {})) {
    sizes.push(Functions.length)
    found.push(
      ...Functions.flatMap(({ FunctionName = '' }) => (FunctionName.startsWith('page-') ? [FunctionName] : [])),
    )
  }
  assert.equal(sizes[0], 50)
  assert.deepEqual(found, names)
  await Promise.all(names.map((FunctionName) => lambda.deleteFunction({ FunctionName })))
})

test('an invocation takes and gives bytes, and tells of failures', async () => {
  await lambda.createFunction(setup('bytes'))
  await lambda.createFunction(setup('throws', 'throw-node'))
  for (const FunctionName of ['bytes', 'throws']) await waitUntilFunctionActiveV2(patience(), { FunctionName })
  const Payload = new TextEncoder().encode('{"text":"€ 𝄞","list":[1,2.5,null]}')
  const answer = await lambda.invoke({ FunctionName: 'bytes', Payload, LogType: LogType.Tail })
  assert.deepEqual(JSON.parse(answer.Payload?.transformToString() ?? ''), { text: '€ 𝄞', list: [1, 2.5, null] })
  assert.deepEqual([answer.StatusCode, answer.ExecutedVersion, answer.FunctionError], [200, '$LATEST', undefined])
  assert.match(Buffer.from(answer.LogResult ?? '', 'base64').toString(), /^START RequestId: /)
  const failed = await lambda.invoke({ FunctionName: 'throws', Payload: '{"message":"on purpose"}' })
  assert.equal(failed.FunctionError, 'Unhandled')
  assert.equal(JSON.parse(failed.Payload?.transformToString() ?? '').errorMessage, 'on purpose')
  for (const [type, status] of [
    [InvocationType.Event, 202],
    [InvocationType.DryRun, 204],
  ] as const)
    assert.equal((await lambda.invoke({ FunctionName: 'bytes', InvocationType: type })).StatusCode, status)
})

const mistakes = [
  {
    name: 'a missing function',
    call: () => lambda.getFunction({ FunctionName: 'gone' }),
    type: ResourceNotFoundException,
    kind: 'User',
  },
  {
    name: 'a name that is taken',
    call: () => lambda.createFunction(setup('waited')),
    type: ResourceConflictException,
    kind: 'User',
  },
  {
    name: 'a package that is none',
    call: () => lambda.createFunction({ ...setup('bad'), Code: { ZipFile: Buffer.from('no zip') } }),
    type: InvalidParameterValueException,
    kind: 'User',
  },
  {
    name: 'a revision of before',
    call: () => lambda.updateFunctionConfiguration({ FunctionName: 'waited', RevisionId: 'old' }),
    type: PreconditionFailedException,
    kind: 'User',
  },
  {
    name: 'an event that is no JSON',
    call: () => lambda.invoke({ FunctionName: 'bytes', Payload: '{' }),
    type: InvalidRequestContentException,
    kind: 'User',
  },
]

for (const { name, call, type, kind } of mistakes) {
  test(`${name} is an instance of ${type.name}`, async () => {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof type)
      assert.ok(error instanceof LambdaServiceException)
      assert.equal(error.$fault, 'client')
      assert.equal(error.Type, kind)
      assert.match(error.$metadata.requestId ?? '', /^[0-9a-f-]{36}$/)
      return true
    })
  })
}

test('errors that the model does not have are instances of the common class', async () => {
  await assert.rejects(lambda.listEventSourceMappings(), (error) => {
    assert.ok(error instanceof LambdaServiceException)
    assert.equal(error.name, 'NotImplementedException')
    return true
  })
})
