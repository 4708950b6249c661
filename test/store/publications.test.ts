import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LATEST, LATEST_PUBLISHED } from '#resources'
import { functionVersion } from './function-version.ts'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

const account = '000000000000'
const published = (version: string) => functionVersion('echo', { version, revisionId: `v${version}` })

test('a function and its first version are created together or not at all', async (t) => {
  const { functions } = await temporaryStore(t)
  assert.equal(await functions.create(functionVersion('echo')), true)
  assert.equal(await functions.create(functionVersion('echo'), published('1')), false)
  assert.equal(await functions.find(account, 'echo', '1'), undefined)
  assert.equal(await functions.create(functionVersion('other'), functionVersion('other', { version: '1' })), true)
  assert.ok(await functions.find(account, 'other', '1'))
})

test('a version is published with the change of $LATEST or not at all', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  await store.functions.create(functionVersion('echo'))
  const made = await Promise.all(
    ['1', '2', '3'].map((version) =>
      store.functions.update(functionVersion('echo', { revisionId: `with-${version}` }), 'first', published(version)),
    ),
  )
  assert.deepEqual(made, [true, false, false])
  await store.close()
  const { functions } = await temporaryStore(t, { dataDirectory })
  assert.equal((await functions.find(account, 'echo', LATEST))?.revisionId, 'with-1')
  assert.deepEqual(await functions.find(account, 'echo', '1'), published('1'))
  for (const version of ['2', '3']) assert.equal(await functions.find(account, 'echo', version), undefined)
})

test('a publication that is undone takes no neighbour of its transaction with it', async (t) => {
  const { functions } = await temporaryStore(t)
  await functions.create(functionVersion('echo'))
  const [before, undone, after] = await Promise.all([
    functions.create(functionVersion('before')),
    functions.update(functionVersion('echo', { revisionId: 'second' }), 'wrong', published('1')),
    functions.create(functionVersion('after')),
  ])
  assert.deepEqual([before, undone, after], [true, false, true])
  for (const name of ['before', 'after']) assert.ok(await functions.find(account, name, LATEST))
  assert.equal((await functions.find(account, 'echo', LATEST))?.revisionId, 'first')
})

test('a function that is deleted right after an update in the same transaction is gone from memory', async (t) => {
  const { functions } = await temporaryStore(t)
  await functions.create(functionVersion('echo'))
  await Promise.all([
    functions.update(functionVersion('echo', { revisionId: 'second' }), 'first', published('1')),
    functions.delete(account, 'echo'),
  ])
  for (const version of [LATEST, '1']) {
    assert.equal(functions.peek(account, 'echo', version), 'unknown')
    assert.equal(await functions.find(account, 'echo', version), undefined)
  }
})

test('usage counts functions once and the code of every version', async (t) => {
  const { functions } = await temporaryStore(t)
  assert.deepEqual(await functions.usage(account), { functions: 0, codeBytes: 0 })
  const code = { sha256: 'x', size: 10 }
  await functions.create(functionVersion('a', { code }), functionVersion('a', { code, version: '1' }))
  await functions.create(functionVersion('b', { code: { sha256: 'y', size: 5 } }))
  await functions.create(functionVersion('c', { account: '111111111111' }))
  assert.deepEqual(await functions.usage(account), { functions: 2, codeBytes: 25 })
})

test('the versions of one function are listed in pages', async (t) => {
  const { functions } = await temporaryStore(t)
  for (const version of [LATEST, '1', '2', '10']) await functions.create(functionVersion('echo', { version }))
  await functions.create(functionVersion('echo2'))
  const options = { limit: 3, allVersions: true, functionName: 'echo' }
  const first = await functions.list(account, options)
  assert.deepEqual(
    first.items.map(({ version }) => version),
    [LATEST, '1', '2'],
  )
  const second = await functions.list(account, { ...options, after: first.next })
  assert.deepEqual([second.items.map(({ version }) => version), second.next], [['10'], undefined])
})

test('a version without a number is replaced from the revision that is stored, together with $LATEST or not at all', async (t) => {
  const { functions } = await temporaryStore(t)
  const before = functionVersion('echo', { version: LATEST_PUBLISHED, revisionId: 'a' })
  await functions.create(functionVersion('echo'), before)
  const latest = functionVersion('echo', { revisionId: 'second' })
  const next = functionVersion('echo', { version: LATEST_PUBLISHED, revisionId: 'b' })
  assert.equal(await functions.update(latest, 'first', next), false)
  assert.equal(await functions.update(latest, 'first', next, true, 'wrong'), false)
  assert.equal((await functions.find(account, 'echo', LATEST))?.revisionId, 'first')
  assert.deepEqual(await functions.find(account, 'echo', LATEST_PUBLISHED), before)
  assert.equal(await functions.update(latest, 'first', next, true, 'a'), true)
  assert.deepEqual(await functions.find(account, 'echo', LATEST_PUBLISHED), next)
  await functions.update({ ...latest, revisionId: 'third' }, 'second', functionVersion('echo', { version: '10' }))
  const { items } = await functions.list(account, { limit: 9, allVersions: true })
  assert.deepEqual(
    items.map(({ version }) => version),
    [LATEST, '10', LATEST_PUBLISHED],
  )
  await functions.deleteVersion(account, 'echo', LATEST_PUBLISHED)
  assert.equal(await functions.find(account, 'echo', LATEST_PUBLISHED), undefined)
})
