import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CodeSigningConfig, LATEST } from '#resources'
import { InvalidCursor } from '#store'
import { functionVersion } from './function-version.ts'
import { temporaryStore } from './temporary-store.ts'

const account = '000000000000'

const config = (id: string, change: Partial<CodeSigningConfig> = {}): CodeSigningConfig => ({
  account,
  id,
  publishers: [],
  policy: 'Warn',
  lastModifiedMs: 0,
  revisionId: 'first',
  ...change,
})

test('a configuration is updated from the revision that is stored', async (t) => {
  const { codeSigning } = await temporaryStore(t)
  await codeSigning.create(config('a'))
  const second = config('a', { policy: 'Enforce', revisionId: 'second' })
  assert.equal(await codeSigning.update(second, 'wrong'), false)
  assert.deepEqual(await codeSigning.find(account, 'a'), config('a'))
  assert.equal(await codeSigning.update(second, 'first'), true)
  assert.deepEqual(await codeSigning.find(account, 'a'), second)
  assert.equal(await codeSigning.find('111122223333', 'a'), undefined)
})

test('a configuration goes only when no function uses it', async (t) => {
  const { codeSigning, functions } = await temporaryStore(t)
  await codeSigning.create(config('a'))
  assert.equal(await codeSigning.assign(account, 'echo', 'a'), 'no-function')
  await functions.create(functionVersion('echo'))
  assert.equal(await codeSigning.assign(account, 'echo', 'b'), 'no-config')
  assert.equal(await codeSigning.findFor(account, 'echo'), undefined)
  assert.equal(await codeSigning.assign(account, 'echo', 'a'), 'assigned')
  assert.deepEqual(await codeSigning.findFor(account, 'echo'), config('a'))
  assert.equal(await codeSigning.delete(account, 'a'), 'in-use')
  await functions.delete(account, 'echo')
  assert.equal(await codeSigning.delete(account, 'a'), 'deleted')
  assert.equal(await codeSigning.delete(account, 'a'), 'missing')
})

test('a function is created with its configuration, or not at all', async (t) => {
  const { codeSigning, functions } = await temporaryStore(t)
  assert.equal(await functions.create(functionVersion('echo'), undefined, 'a'), false)
  assert.equal(await functions.find(account, 'echo', LATEST), undefined)
  await codeSigning.create(config('a'))
  await codeSigning.create(config('b'))
  assert.equal(await functions.create(functionVersion('echo'), undefined, 'a'), true)
  // One that exists keeps what it uses.
  assert.equal(await functions.create(functionVersion('echo'), undefined, 'b'), false)
  assert.deepEqual(await codeSigning.findFor(account, 'echo'), config('a'))
})

test('of an assignment and a deletion that meet, the later one is refused', async (t) => {
  const { codeSigning, functions } = await temporaryStore(t)
  await functions.create(functionVersion('echo'))
  for (let round = 0; round < 20; round++) {
    const id = `c${round}`
    await codeSigning.create(config(id))
    const [assigned, deleted] = await Promise.all([
      codeSigning.assign(account, 'echo', id),
      codeSigning.delete(account, id),
    ])
    assert.deepEqual([assigned, deleted], assigned === 'assigned' ? ['assigned', 'in-use'] : ['no-config', 'deleted'])
    assert.equal((await codeSigning.findFor(account, 'echo'))?.id, assigned === 'assigned' ? id : undefined)
    await codeSigning.release(account, 'echo')
  }
})

test('lists go on behind the last item, also when it has gone', async (t) => {
  const { codeSigning } = await temporaryStore(t)
  for (const id of ['c', 'a', 'b']) await codeSigning.create(config(id))
  const first = await codeSigning.list(account, { limit: 2 })
  assert.deepEqual(
    first.items.map(({ id }) => id),
    ['a', 'b'],
  )
  await codeSigning.delete(account, 'b')
  const second = await codeSigning.list(account, { limit: 2, after: first.next })
  assert.deepEqual([second.items.map(({ id }) => id), second.next], [['c'], undefined])
  await assert.rejects(codeSigning.list(account, { limit: 2, after: 'x' }), InvalidCursor)
  await assert.rejects(codeSigning.listFunctions(account, 'a', { limit: 2, after: 'x' }), InvalidCursor)
})
