import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Alias, LATEST } from '#resources'
import { resolveVersion } from '../../src/invocation/resolve-version.ts'
import { functionVersion } from '../store/function-version.ts'
import { temporaryDirectory, temporaryStore } from '../store/temporary-store.ts'

const address = { account: '000000000000', functionName: 'echo' }
const alias: Alias = { ...address, name: 'live', version: '1', description: '', revisionId: 'first' }
const qualifiers = [undefined, LATEST, '1', 'live'] as const

async function storeWithAlias(...[t, options]: Parameters<typeof temporaryStore>) {
  const store = await temporaryStore(t, options)
  for (const version of [LATEST, '1', '2']) await store.functions.create(functionVersion('echo', { version }))
  await store.aliases.create(alias)
  return store
}

test('what is in memory is resolved at once, what is not is read once', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const first = await storeWithAlias(t, { dataDirectory })
  for (const qualifier of qualifiers) {
    const version = resolveVersion(first, { ...address, ...(qualifier && { qualifier }) })
    assert.ok(version && !(version instanceof Promise))
  }
  await first.close()

  const second = await temporaryStore(t, { dataDirectory })
  const live = { ...address, qualifier: 'live' }
  const read = resolveVersion(second, live)
  assert.ok(read instanceof Promise)
  assert.equal((await read)?.version, '1')
  const known = resolveVersion(second, live)
  assert.ok(known && !(known instanceof Promise))
})

test('an alias is resolved to what it points to now', async (t) => {
  const store = await storeWithAlias(t)
  const resolved = async () => (await resolveVersion(store, { ...address, qualifier: 'live' }))?.version
  assert.equal(await resolved(), '1')
  await store.aliases.update({ ...alias, version: '2', revisionId: 'second' }, 'first')
  assert.equal(await resolved(), '2')
  await store.aliases.update({ ...alias, version: '2', routing: { version: '1', weight: 1 } }, 'second')
  assert.equal(await resolved(), '1')
  await store.aliases.delete(address.account, 'echo', 'live')
  assert.equal(await resolved(), undefined)
})

for (const qualifier of ['3', '0', 'other', '$latest'])
  test(`${qualifier} is nothing`, async (t) => {
    assert.equal(await resolveVersion(await storeWithAlias(t), { ...address, qualifier }), undefined)
  })
