import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FunctionUrl, LATEST } from '#resources'
import { functionVersion } from './function-version.ts'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

const at = { account: '000000000000', functionName: 'f', qualifier: LATEST }
const config = { ...at, maximumRetryAttempts: 1, lastModifiedMs: 1 }
const url: FunctionUrl = { ...at, urlId: 'u', authType: 'NONE', createdMs: 1, lastModifiedMs: 1 }
const runtime = { ...at, updateRuntimeOn: 'FunctionUpdate' }
const provisioned = { ...at, qualifier: '1', executions: 5, lastModifiedMs: 1 }
const recursion = { ...at, recursiveLoop: 'Allow' }

test('settings of every kind are found at once, also by a store opened later, and go with their function', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  await store.functions.create(functionVersion('f'), functionVersion('f', { version: '1' }))
  assert.equal(await store.eventInvokeConfigs.put(config), 'written')
  assert.equal(await store.functionUrls.create(url), 'written')
  assert.equal(await store.runtimeManagement.put(runtime), 'written')
  assert.equal(await store.recursion.put(recursion), 'written')
  assert.equal(await store.concurrency.provision(provisioned, 900), 'provisioned')
  await store.close()

  const opened = await temporaryStore(t, { dataDirectory })
  const found = () => [
    opened.eventInvokeConfigs.get(at.account, 'f', LATEST),
    opened.functionUrls.withId('u'),
    opened.runtimeManagement.get(at.account, 'f', LATEST),
    opened.recursion.get(at.account, 'f', LATEST),
    opened.concurrency.configs.get(at.account, 'f', '1'),
    opened.concurrency.totalReserved(at.account),
  ]
  assert.deepEqual(found(), [config, url, runtime, recursion, provisioned, 5])
  await opened.functions.delete(at.account, 'f')
  assert.deepEqual(found(), [undefined, undefined, undefined, undefined, undefined, 0])
})

test('nothing is set for what does not exist', async (t) => {
  const { eventInvokeConfigs, functions } = await temporaryStore(t)
  assert.equal(await eventInvokeConfigs.put(config), 'no-qualifier')
  await functions.create(functionVersion('f'))
  for (const qualifier of ['1', 'alias'])
    assert.equal(await eventInvokeConfigs.put({ ...config, qualifier }), 'no-qualifier')
  assert.equal(await eventInvokeConfigs.put(config), 'written')
})

test('an update of what another writer changed is not made', async (t) => {
  const { functionUrls, functions } = await temporaryStore(t)
  await functions.create(functionVersion('f'))
  const changed: FunctionUrl = { ...url, authType: 'AWS_IAM' }
  assert.equal(await functionUrls.update(changed, url), 'in-the-way')
  await functionUrls.create(url)
  assert.equal(await functionUrls.create(changed), 'in-the-way')
  assert.equal(await functionUrls.update(changed, url), 'written')
  assert.equal(await functionUrls.update(url, url), 'in-the-way')
  assert.equal(functionUrls.withId('u'), changed)
  assert.equal(await functionUrls.delete(at.account, 'f', LATEST), true)
  assert.equal(await functionUrls.delete(at.account, 'f', LATEST), false)
  assert.equal(functionUrls.withId('u'), undefined)
})
