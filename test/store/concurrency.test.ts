import assert from 'node:assert/strict'
import { test } from 'node:test'
import { functionVersion } from './function-version.ts'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

const account = '000000000000'

test('reservations are found at once, also by a store opened later, and go with their function', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  for (const name of ['a', 'b']) {
    await store.functions.create(functionVersion(name))
    assert.equal(await store.concurrency.reserve(account, name, 5, 100), 'reserved')
  }
  assert.equal(await store.concurrency.reserve(account, 'b', 7, 100), 'reserved')
  await store.close()

  const { concurrency, functions } = await temporaryStore(t, { dataDirectory })
  const state = () => ['a', 'b', 'c'].map((name) => concurrency.reserved(account, name))
  assert.deepEqual([state(), concurrency.totalReserved(account)], [[5, 7, undefined], 12])
  await functions.delete(account, 'a')
  assert.deepEqual([state(), concurrency.totalReserved(account)], [[undefined, 7, undefined], 7])
  await concurrency.release(account, 'b')
  await concurrency.release(account, 'b')
  assert.deepEqual([state(), concurrency.totalReserved(account)], [[undefined, undefined, undefined], 0])
  assert.equal(concurrency.totalReserved('111111111111'), 0)
})

test('nothing is reserved for a function that is not there, nor beyond the sum', async (t) => {
  const { concurrency, functions } = await temporaryStore(t)
  assert.equal(await concurrency.reserve(account, 'a', 5, 100), 'no-function')
  for (const name of ['a', 'b', 'c']) await functions.create(functionVersion(name))
  assert.equal(await concurrency.reserve(account, 'a', 101, 100), 'too-much')
  const outcomes = await Promise.all(['a', 'b', 'c'].map((name) => concurrency.reserve(account, name, 40, 100)))
  assert.deepEqual(outcomes, ['reserved', 'reserved', 'too-much'])
  assert.equal(await concurrency.reserve(account, 'a', 60, 100), 'reserved')
  assert.deepEqual([concurrency.reserved(account, 'c'), concurrency.totalReserved(account)], [undefined, 100])
})
