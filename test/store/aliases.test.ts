import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Alias, LATEST } from '#resources'
import { InvalidCursor } from '#store'
import { functionVersion } from './function-version.ts'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

const account = '000000000000'

const alias = (name: string, change: Partial<Alias> = {}): Alias => ({
  account,
  functionName: 'echo',
  name,
  version: '1',
  description: '',
  revisionId: 'first',
  ...change,
})

async function storeWithVersions(...[t, options]: Parameters<typeof temporaryStore>) {
  const store = await temporaryStore(t, options)
  for (const version of [LATEST, '1', '2']) await store.functions.create(functionVersion('echo', { version }))
  return store
}

test('an alias is found as it was written, also by a store opened later', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await storeWithVersions(t, { dataDirectory })
  const record = alias('live', { routing: { version: '2', weight: 0.5 } })
  assert.equal(store.aliases.peek(account, 'echo', 'live'), 'unknown')
  assert.equal(await store.aliases.create(record), 'written')
  assert.deepEqual(store.aliases.peek(account, 'echo', 'live'), record)
  await store.close()

  const { aliases } = await temporaryStore(t, { dataDirectory })
  assert.equal(aliases.peek(account, 'echo', 'live'), 'unknown')
  assert.deepEqual(await aliases.find(account, 'echo', 'live'), record)
  assert.deepEqual(aliases.peek(account, 'echo', 'live'), record)
})

for (const change of [{ version: '3' }, { version: 'x' }, { routing: { version: '3', weight: 0 } }]) {
  const missingVersion = change.routing?.version ?? change.version
  test(`an alias to the version ${JSON.stringify(change)} is not written, because ${missingVersion} is not there`, async (t) => {
    const { aliases } = await storeWithVersions(t)
    assert.deepEqual(await aliases.create(alias('live', change)), { missingVersion })
    assert.equal(await aliases.find(account, 'echo', 'live'), undefined)
    await aliases.create(alias('live'))
    assert.deepEqual(await aliases.update(alias('live', { ...change, revisionId: 'second' }), 'first'), {
      missingVersion,
    })
    assert.deepEqual(await aliases.find(account, 'echo', 'live'), alias('live'))
  })
}

test('an alias is created once and updated from the revision that is stored', async (t) => {
  const { aliases } = await storeWithVersions(t)
  const created = await Promise.all([1, 2, 3].map((i) => aliases.create(alias('live', { description: `${i}` }))))
  assert.deepEqual(created, ['written', 'in-the-way', 'in-the-way'])
  const updated = await Promise.all(
    [1, 2, 3].map((i) => aliases.update(alias('live', { revisionId: `next-${i}` }), 'first')),
  )
  assert.deepEqual(updated, ['written', 'in-the-way', 'in-the-way'])
  assert.equal((await aliases.find(account, 'echo', 'live'))?.revisionId, 'next-1')
  assert.equal(await aliases.update(alias('other'), 'first'), 'in-the-way')
})

test('a version goes only when no alias points to it', async (t) => {
  const { aliases, functions } = await storeWithVersions(t)
  await aliases.create(alias('b', { routing: { version: '2', weight: 0.1 } }))
  await aliases.create(alias('a', { version: '2' }))
  assert.deepEqual(await functions.deleteVersion(account, 'echo', '2'), ['a', 'b'])
  assert.ok(await functions.find(account, 'echo', '2'))
  assert.equal(await aliases.delete(account, 'echo', 'a'), true)
  assert.equal(await aliases.delete(account, 'echo', 'a'), false)
  assert.equal(await aliases.update(alias('b', { revisionId: 'second' }), 'first'), 'written')
  assert.deepEqual(await functions.deleteVersion(account, 'echo', '2'), [])
  assert.equal(await functions.find(account, 'echo', '2'), undefined)
})

test('of a deletion of a version and an alias to it that come together only one is done', async (t) => {
  const { aliases, functions } = await storeWithVersions(t)
  for (let i = 0; i < 50; i++) {
    await functions.create(functionVersion('echo', { version: '3' }))
    const pointing = () => aliases.create(alias(`a${i}`, { version: '3' }))
    const deleting = () => functions.deleteVersion(account, 'echo', '3')
    const [written, names] =
      i % 2 ? await Promise.all([pointing(), deleting()]) : (await Promise.all([deleting(), pointing()])).toReversed()
    assert.equal(written === 'written', (names as string[]).length === 1)
    assert.equal((await functions.find(account, 'echo', '3')) !== undefined, written === 'written')
    await aliases.delete(account, 'echo', `a${i}`)
    await functions.deleteVersion(account, 'echo', '3')
  }
})

test('the aliases of a function go with it, in memory too', async (t) => {
  const { aliases, functions } = await storeWithVersions(t)
  await aliases.create(alias('live'))
  await functions.delete(account, 'echo')
  assert.equal(aliases.peek(account, 'echo', 'live'), 'unknown')
  assert.equal(await aliases.find(account, 'echo', 'live'), undefined)
  assert.deepEqual(await aliases.create(alias('live')), { missingVersion: '1' })
})

test('a list is in order of name, of one function, in pages', async (t) => {
  const { aliases, functions } = await storeWithVersions(t)
  await functions.create(functionVersion('echo2', { version: '1' }))
  for (const name of ['b', 'C', 'a']) await aliases.create(alias(name))
  await aliases.create(alias('d', { version: LATEST }))
  await aliases.create(alias('x', { functionName: 'echo2' }))
  const first = await aliases.list(account, 'echo', { limit: 3 })
  assert.deepEqual(
    first.items.map(({ name }) => name),
    ['C', 'a', 'b'],
  )
  const second = await aliases.list(account, 'echo', { limit: 3, after: first.next })
  assert.deepEqual([second.items.map(({ name }) => name), second.next], [['d'], undefined])
  const latest = await aliases.list(account, 'echo', { limit: 3, version: LATEST })
  assert.deepEqual(
    latest.items.map(({ name }) => name),
    ['d'],
  )
  await assert.rejects(aliases.list(account, 'echo', { limit: 3, after: 'x' }), InvalidCursor)
})
