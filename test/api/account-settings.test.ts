import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  DeleteFunctionCommand,
  DeleteLayerVersionCommand,
  GetAccountSettingsCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, executionRole, lambdaClient, untilUpdated } from '../support/clients.ts'
import { answering, answerWith, describeAs, publishVersion } from '../support/functions.ts'
import { publishLayer } from '../support/layers.ts'
import { sendSigned } from '../support/raw.ts'
import { type Refusal, refusalOf } from '../support/refusal.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

const settings = () => lambdaClient(server).send(new GetAccountSettingsCommand({}))
const usage = async () => {
  const { AccountUsage: { TotalCodeSize, FunctionCount } = {} } = await settings()
  return [FunctionCount, TotalCodeSize]
}
const sizeOf = (text: string) => zipOf(answering(text)).length

test('the limits are those that AWS gives every account, and nothing is used at first', async () => {
  const { status, body } = await sendSigned(server, { method: 'GET', path: '/2016-08-19/account-settings' })
  assert.equal(status, 200)
  assert.deepEqual(body, {
    AccountLimit: {
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: 1000,
      UnreservedConcurrentExecutions: 1000,
    },
    AccountUsage: { TotalCodeSize: 0, FunctionCount: 0 },
  })
})

test('usage counts functions, and the code of $LATEST and of every version', async () => {
  await createFunction(server, { FunctionName: 'a', code: answering('a') })
  assert.deepEqual(await usage(), [1, sizeOf('a')])
  await createFunction(server, { FunctionName: 'b', code: answering('a') })
  assert.deepEqual(await usage(), [2, 2 * sizeOf('a')])
  await describeAs(server, 'a', 'only the configuration')
  assert.deepEqual(await usage(), [2, 2 * sizeOf('a')])
  for (const _ of ['new', 'unchanged']) {
    await publishVersion(server, 'a')
    assert.deepEqual(await usage(), [2, 3 * sizeOf('a')])
  }
  await answerWith(server, 'a', 'longer code')
  assert.deepEqual(await usage(), [2, 2 * sizeOf('a') + sizeOf('longer code')])
  await lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName: 'a', Qualifier: '1' }))
  assert.deepEqual(await usage(), [2, sizeOf('a') + sizeOf('longer code')])
  await lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName: 'a' }))
  assert.deepEqual(await usage(), [1, sizeOf('a')])
})

test('what functions reserve is not unreserved', async () => {
  const unreserved = async () => (await settings()).AccountLimit?.UnreservedConcurrentExecutions
  await createFunction(server, { FunctionName: 'c', code: answering('c') })
  for (const [FunctionName, ReservedConcurrentExecutions, left] of [
    ['b', 10, 990],
    ['c', 90, 900],
    ['b', 0, 910],
  ] as const) {
    await lambdaClient(server).send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }))
    assert.equal(await unreserved(), left)
  }
  await lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName: 'c' }))
  assert.equal(await unreserved(), 1000)
})

const full: Refusal = { code: 'CodeStorageExceededException', status: 400, message: 'Code storage limit exceeded.' }
const kilobytes = (count: number) => ({ 'index.mjs': answering('a')['index.mjs'], filling: 'x'.repeat(count * 1000) })

test('functions, versions and layers take no more code than the account may have', async () => {
  await using small = await startTestServer({ args: ['--code-storage-mb', '1'] })
  const client = lambdaClient(small)
  const create = (FunctionName: string, size: number) => createFunction(small, { FunctionName, code: kilobytes(size) })
  const update = async (FunctionName: string, size: number) => {
    await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zipOf(kilobytes(size)) }))
    await untilUpdated(small, FunctionName)
  }
  const layer = (size: number) => publishLayer(small, { LayerName: 'l', files: kilobytes(size) })
  const limit = async () => (await client.send(new GetAccountSettingsCommand({}))).AccountLimit?.TotalCodeSize
  assert.equal(await limit(), 1_048_576)

  await create('a', 300)
  await layer(300)
  await publishVersion(small, 'a')
  assert.deepEqual(await refusalOf(create('b', 300)), full)
  assert.deepEqual(await refusalOf(layer(300)), full)
  assert.deepEqual(await refusalOf(update('a', 600)), full)
  await update('a', 400)
  assert.deepEqual(await refusalOf(publishVersion(small, 'a')), full)
  await describeAs(small, 'a', 'only the configuration')
  await update('a', 200)

  await client.send(new DeleteLayerVersionCommand({ LayerName: 'l', VersionNumber: 1 }))
  assert.equal((await layer(300)).Version, 2)
  await client.send(new DeleteFunctionCommand({ FunctionName: 'a' }))
  await create('b', 300)
})

test('of many that add code at the same time only as many succeed as there is room for', async () => {
  await using small = await startTestServer({ args: ['--code-storage-mb', '1'] })
  // It is made before they begin, so that none of them waits for it.
  await executionRole(small)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, (_, i) => createFunction(small, { FunctionName: `f${i}`, code: kilobytes(300) })),
  )
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 3)
})
