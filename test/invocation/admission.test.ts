import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Admission } from '../../src/invocation/admission.ts'
import { functionVersion } from '../store/function-version.ts'
import { temporaryStore } from '../store/temporary-store.ts'

const account = '000000000000'
const version = (name: string) => functionVersion(name, { functionId: `id of ${name}` })
const refusal = (Reason: string) => ({ body: { Reason, Type: 'User', message: 'Rate Exceeded.' }, status: 429 })
const accountFull = refusal('ConcurrentInvocationLimitExceeded')
const functionFull = refusal('ReservedFunctionConcurrentInvocationLimitExceeded')

const admitMany = (admission: Admission, name: string, count: number) =>
  Array.from({ length: count }, () => admission.admit(version(name)))

test('an account runs a thousand invocations, and another as soon as one ends', async (t) => {
  const { concurrency } = await temporaryStore(t)
  const admission = new Admission(concurrency)
  const [leave] = [...admitMany(admission, 'a', 600), ...admitMany(admission, 'b', 400)]
  assert.throws(() => admission.admit(version('c')), accountFull)
  leave?.()
  admission.admit(version('c'))
  assert.throws(() => admission.admit(version('c')), accountFull)
  // Another account has a thousand of its own.
  admission.admit(functionVersion('a', { account: '111111111111' }))
})

test('what is reserved is kept for its function, and the others share the rest', async (t) => {
  const { concurrency, functions } = await temporaryStore(t)
  await functions.create(version('reserved'))
  await concurrency.reserve(account, 'reserved', 900, 900)
  const admission = new Admission(concurrency)
  admitMany(admission, 'a', 100)
  assert.throws(() => admission.admit(version('a')), accountFull)
  const leaves = admitMany(admission, 'reserved', 900)
  assert.throws(() => admission.admit(version('reserved')), functionFull)
  leaves[0]?.()
  admission.admit(version('reserved'))
  assert.throws(() => admission.admit(version('a')), accountFull)
})

test('invocations that began before a reservation count against it', async (t) => {
  const { concurrency, functions } = await temporaryStore(t)
  await functions.create(version('f'))
  const admission = new Admission(concurrency)
  const leaves = admitMany(admission, 'f', 2)
  await concurrency.reserve(account, 'f', 2, 900)
  assert.throws(() => admission.admit(version('f')), functionFull)
  for (const leave of leaves) leave()
  admitMany(admission, 'f', 2)
  await concurrency.release(account, 'f')
  admission.admit(version('f'))
})

test('a function of the same name that was created anew begins with none', async (t) => {
  const { concurrency, functions } = await temporaryStore(t)
  await functions.create(version('f'))
  await concurrency.reserve(account, 'f', 1, 900)
  const admission = new Admission(concurrency)
  admission.admit(version('f'))
  admission.admit(functionVersion('f', { functionId: 'another' }))
})

test('what is provisioned for a version is its own, and is not taken from what the others share', async (t) => {
  const { concurrency, functions } = await temporaryStore(t)
  const published = { ...version('f'), version: '1' }
  await functions.create(version('f'), published)
  await concurrency.reserve(account, 'f', 3, 900)
  const config = { account, functionName: 'f', qualifier: '1', executions: 2, lastModifiedMs: 0 }
  assert.equal(await concurrency.provision(config, 900), 'provisioned')
  const admission = new Admission(concurrency, ({ version }) => (version === '1' ? 2 : 0))
  admission.admit(version('f'))
  assert.throws(() => admission.admit(version('f')), functionFull)
  const leave = admission.admit(published)
  admission.admit(published)
  assert.throws(() => admission.admit(published), functionFull)
  leave()
  assert.throws(() => admission.admit(version('f')), functionFull)
  admission.admit(published)
})
