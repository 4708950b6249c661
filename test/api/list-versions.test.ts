import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  DeleteFunctionCommand,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  paginateListVersionsByFunction,
} from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient } from '../support/clients.ts'
import { answering, arnOf, describeAs, publishVersion } from '../support/functions.ts'
import { sendSigned } from '../support/raw.ts'
import { breaks, invalid, notFound, refusalIn, refusalOf, validation } from '../support/refusal.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const COUNT = 12
let server: TestServer
before(async () => {
  server = await startTestServer()
  await createFunction(server, { FunctionName: 'many', code: answering('many') })
  await createFunction(server, { FunctionName: 'many-more', code: answering('none') })
  for (let number = 1; number <= COUNT; number++) {
    await describeAs(server, 'many', String(number))
    await publishVersion(server, 'many')
  }
})
after(() => server[Symbol.asyncDispose]())

const expected = ['$LATEST', ...Array.from({ length: COUNT }, (_, i) => String(i + 1))]
const list = (input: object = {}) =>
  lambdaClient(server).send(new ListVersionsByFunctionCommand({ FunctionName: 'many', ...input }))

for (const FunctionName of ['many', arnOf('many'), 'function:many'])
  test(`the versions of ${FunctionName} are $LATEST and then the numbers in their order`, async () => {
    const { Versions = [], NextMarker } = await list({ FunctionName })
    assert.deepEqual(
      Versions.map(({ Version }) => Version),
      expected,
    )
    assert.deepEqual(
      Versions.map(({ FunctionArn }) => FunctionArn),
      expected.map((version) => arnOf(`many:${version}`)),
    )
    assert.equal(NextMarker, undefined)
  })

for (const pageSize of [1, 5, COUNT, COUNT + 1])
  test(`the paginator sees every version once in pages of ${pageSize}`, async () => {
    const found: (string | undefined)[] = []
    const client = lambdaClient(server)
    for await (const { Versions = [] } of paginateListVersionsByFunction(
      { client, pageSize },
      { FunctionName: 'many' },
    )) {
      assert.ok(Versions.length <= pageSize)
      found.push(...Versions.map(({ Version }) => Version))
    }
    assert.deepEqual(found, expected)
  })

test('an entry has no states and no version of the runtime', async () => {
  const { body } = await sendSigned(server, { method: 'GET', path: '/2015-03-31/functions/many/versions?MaxItems=2' })
  for (const entry of body.Versions as Record<string, unknown>[])
    for (const member of ['State', 'LastUpdateStatus', 'RuntimeVersionConfig']) assert.equal(member in entry, false)
})

test('ListFunctions with FunctionVersion ALL lists the versions of every function', async () => {
  const { Functions = [] } = await lambdaClient(server).send(new ListFunctionsCommand({ FunctionVersion: 'ALL' }))
  assert.deepEqual(
    Functions.map(({ FunctionArn }) => FunctionArn),
    [...expected.map((version) => arnOf(`many:${version}`)), arnOf('many-more:$LATEST')],
  )
  const latest = await lambdaClient(server).send(new ListFunctionsCommand({}))
  assert.deepEqual(
    latest.Functions?.map(({ FunctionArn }) => FunctionArn),
    [arnOf('many'), arnOf('many-more')],
  )
})

test('a deleted version is not listed', async () => {
  await lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName: 'many-more', Qualifier: '1' }))
  await publishVersion(server, 'many-more')
  const names = async () => (await list({ FunctionName: 'many-more' })).Versions?.map(({ Version }) => Version)
  assert.deepEqual(await names(), ['$LATEST', '1'])
  await lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName: 'many-more:1' }))
  assert.deepEqual(await names(), ['$LATEST'])
})

test('a list of a function that does not exist is refused', async () => {
  assert.deepEqual(await refusalOf(list({ FunctionName: 'gone' })), notFound(`Function not found: ${arnOf('gone')}`))
})

for (const { query, refusal } of [
  { query: 'Marker=nonsense', refusal: invalid('The provided marker is invalid.') },
  { query: 'MaxItems=0', refusal: validation(breaks('maxItems', '0', 'have value greater than or equal to 1')) },
  {
    query: 'MaxItems=10001',
    refusal: validation(breaks('maxItems', '10001', 'have value less than or equal to 10000')),
  },
])
  test(`${query} is refused`, async () => {
    const answer = await sendSigned(server, { method: 'GET', path: `/2015-03-31/functions/many/versions?${query}` })
    assert.deepEqual(refusalIn(answer), refusal)
  })
