import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LATEST, VERSIONS_PER_PROVIDER } from '#resources'
import { CapacityProviderFull, InvalidCursor, NoCapacityProvider } from '#store'
import { capacityProvider } from './capacity-provider.ts'
import { functionVersion } from './function-version.ts'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

const account = '000000000000'

/** A version that runs on the provider `name`. */
function managed(functionName: string, name: string, version = LATEST) {
  const plain = functionVersion(functionName, { version })
  const providerArn = `arn:aws:lambda:us-east-1:${account}:capacity-provider:${name}`
  const capacity = { providerArn, maxConcurrency: 16, memoryGibPerVcpu: 2 }
  return { ...plain, configuration: { ...plain.configuration, capacity } }
}

test('a provider is created once, as long as there is room, and updated from the revision that is stored', async (t) => {
  const { capacityProviders } = await temporaryStore(t)
  assert.equal(await capacityProviders.create(capacityProvider('a'), 2), 'created')
  assert.equal(await capacityProviders.create(capacityProvider('a', { maxVcpus: 8 }), 2), 'exists')
  assert.equal(await capacityProviders.create(capacityProvider('b'), 2), 'created')
  assert.equal(await capacityProviders.create(capacityProvider('c'), 2), 'too-many')
  assert.equal(capacityProviders.get(account, 'c'), undefined)
  const second = capacityProvider('a', { maxVcpus: 8, revisionId: 'second' })
  assert.equal(await capacityProviders.update(second, 'wrong'), false)
  assert.deepEqual(capacityProviders.get(account, 'a'), capacityProvider('a'))
  assert.equal(await capacityProviders.update(second, 'first'), true)
  assert.deepEqual(capacityProviders.get(account, 'a'), second)
  assert.equal(capacityProviders.get('111122223333', 'a'), undefined)
})

test('a provider goes only when no function version uses it', async (t) => {
  const { capacityProviders, functions } = await temporaryStore(t)
  await capacityProviders.create(capacityProvider('a'), 2)
  await functions.create(managed('echo', 'a'))
  assert.equal(await capacityProviders.delete(account, 'a'), 'in-use')
  await functions.delete(account, 'echo')
  assert.equal(await capacityProviders.delete(account, 'a'), 'deleted')
  assert.equal(await capacityProviders.delete(account, 'a'), 'missing')
  await assert.rejects(functions.create(managed('echo', 'a')), NoCapacityProvider)
  assert.equal(await functions.find(account, 'echo', LATEST), undefined)
})

test('a provider has no more function versions than it may', async (t) => {
  const { capacityProviders, functions } = await temporaryStore(t)
  await capacityProviders.create(capacityProvider('a'), 2)
  await capacityProviders.create(capacityProvider('b'), 2)
  const names = Array.from({ length: VERSIONS_PER_PROVIDER - 1 }, (_, index) => `f-${index}`)
  await Promise.all(names.map((name) => functions.create(managed(name, 'a'))))
  await assert.rejects(functions.create(managed('echo', 'a'), managed('echo', 'a', '1')), CapacityProviderFull)
  assert.equal(await functions.create(managed('echo', 'a')), true)
  await assert.rejects(functions.update(managed('echo', 'a'), 'first', managed('echo', 'a', '1')), CapacityProviderFull)
  assert.equal(await functions.create(managed('other', 'b')), true)
})

test('the versions of a provider are listed in order, page by page', async (t) => {
  const { capacityProviders, functions } = await temporaryStore(t)
  await capacityProviders.create(capacityProvider('a'), 2)
  await functions.create(managed('b', 'a'), managed('b', 'a', '1'))
  await functions.create(managed('a', 'a'))
  await functions.create(functionVersion('plain'))
  const of = { allVersions: true, capacityProvider: 'a', limit: 2 }
  const first = await functions.list(account, of)
  const names = ({ items }: typeof first) => items.map(({ functionName, version }) => `${functionName}:${version}`)
  assert.deepEqual(names(first), ['a:$LATEST', 'b:$LATEST'])
  assert.deepEqual(names(await functions.list(account, { ...of, after: first.next })), ['b:1'])
})

test('providers are listed in order of their names', async (t) => {
  const { capacityProviders } = await temporaryStore(t)
  for (const name of ['b', 'a', 'c']) await capacityProviders.create(capacityProvider(name), 3)
  const first = capacityProviders.list(account, { limit: 2 })
  assert.deepEqual(
    first.items.map(({ name }) => name),
    ['a', 'b'],
  )
  await capacityProviders.delete(account, 'b')
  assert.deepEqual(
    capacityProviders.list(account, { limit: 2, after: first.next }).items.map(({ name }) => name),
    ['c'],
  )
  assert.throws(() => capacityProviders.list(account, { limit: 2, after: 'nonsense' }), InvalidCursor)
})

test('providers are there when the store is opened again', async (t) => {
  const { dataDirectory } = await filled(t)
  const { capacityProviders } = await temporaryStore(t, { dataDirectory })
  assert.deepEqual(capacityProviders.get(account, 'a'), capacityProvider('a'))
})

async function filled(t: Parameters<typeof temporaryStore>[0]) {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  await store.capacityProviders.create(capacityProvider('a'), 1)
  await store.close()
  return { dataDirectory }
}
