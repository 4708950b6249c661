import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  Lambda,
  waitUntilFunctionActive,
  waitUntilFunctionActiveV2,
  waitUntilFunctionExists,
  waitUntilFunctionUpdated,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
} from '@aws-sdk/client-lambda'
import { createFunction, executionRole } from '../support/clients.ts'
import { configurationOf } from '../support/functions.ts'
import { runScript } from '../support/python.ts'
import { SLOW_RUNTIMES, type SlowServer, startSlowServer } from '../support/slow-runtime.ts'
import { zipOfFixture } from '../support/zip.ts'

// Every waiter of two SDKs, on functions that take their time until the test lets them go on.

let slow: SlowServer
let client: Lambda
before(async () => {
  slow = await startSlowServer()
  const { url: endpoint, region, credentials } = slow.server
  client = new Lambda({ endpoint, region, credentials })
})
after(() => slow[Symbol.asyncDispose]())

const [slowToCreate, slowToUpdate] = SLOW_RUNTIMES

const setup = async (FunctionName: string) => ({
  FunctionName,
  Role: await executionRole(slow.server),
  Runtime: slowToCreate,
  Handler: 'index.handler',
  Code: { ZipFile: zipOfFixture('echo-node') },
})

interface Named {
  readonly FunctionName: string
}
const pending: Named = { FunctionName: 'pending' }
const changed: Named = { FunctionName: 'changed' }
const later: Named = { FunctionName: 'later' }
const version = { ...pending, Qualifier: '1' }

test('the waiters wait until a function is there, is active, is updated, and its version is active', async () => {
  await client.createFunction({ ...(await setup('pending')), Publish: true })
  await createFunction(slow.server, { ...changed, code: 'echo-node' })
  await client.updateFunctionConfiguration({ ...changed, Runtime: slowToUpdate })
  const patience = { client, maxWaitTime: 180, minDelay: 1, maxDelay: 1 }
  let isFinished = false
  const waits = [
    waitUntilFunctionExists(patience, later),
    waitUntilFunctionActive(patience, pending),
    waitUntilFunctionActiveV2(patience, pending),
    waitUntilPublishedVersionActive(patience, version),
    waitUntilFunctionUpdated(patience, changed),
    waitUntilFunctionUpdatedV2(patience, changed),
  ].map(async (wait) => {
    assert.equal((await wait).state, 'SUCCESS')
    assert.ok(isFinished, 'it did not wait')
  })
  const given = {
    function_exists: later,
    function_active: pending,
    function_active_v2: pending,
    published_version_active: version,
    function_updated: changed,
    function_updated_v2: changed,
  }
  const boto3 = runScript(slow.server, [join(import.meta.dirname, 'boto3_waiters.py'), JSON.stringify(given)])

  const states = async ({ FunctionName, Qualifier }: Named & { readonly Qualifier?: string }) => {
    const { State, LastUpdateStatus } = await configurationOf(slow.server, FunctionName, Qualifier)
    return [State, LastUpdateStatus]
  }
  for (const one of [pending, version]) assert.deepEqual(await states(one), ['Pending', undefined])
  assert.deepEqual(await states(changed), ['Active', 'InProgress'])
  isFinished = true
  slow.finish()
  await client.createFunction(await setup('later'))
  await Promise.all(waits)
  assert.deepEqual(JSON.parse((await boto3).stdout), Object.keys(given).sort())
  for (const one of [pending, version, changed]) assert.deepEqual(await states(one), ['Active', 'Successful'])
})
