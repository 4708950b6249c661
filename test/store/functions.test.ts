import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { LATEST } from '#resources'
import { InvalidCursor, type Store } from '#store'
import { claim } from '../support/claim.ts'
import { functionVersion } from './function-version.ts'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

const account = '000000000000'

/** All pages, each fetched after `between` did something. */
async function listAll(
  store: Store,
  allVersions: boolean,
  between: (names: string[]) => Promise<unknown> = async () => {},
) {
  const names: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await store.functions.list(account, { limit: 2, after, allVersions })
    names.push(...page.items.map((item) => `${item.functionName}:${item.version}`))
    after = page.next
    if (after === undefined) return names
    await between(names)
  }
}

const create = (t: TestContext, store: Store, names: readonly string[]) =>
  Promise.all(names.map((name) => store.functions.create(functionVersion(name)))).then((created) =>
    t.assert.ok(created.every(Boolean)),
  )

test('a function is found as it was created, also by a store opened later', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const record = functionVersion('echo')
  const store = await temporaryStore(t, { dataDirectory })
  assert.equal(await store.functions.create(record), true)
  assert.deepEqual(await store.functions.find(account, 'echo', LATEST), record)
  await store.close()

  const reopened = await temporaryStore(t, { dataDirectory })
  assert.equal(reopened.functions.peek(account, 'echo', LATEST), 'unknown')
  assert.deepEqual(await reopened.functions.find(account, 'echo', LATEST), record)
  assert.deepEqual(reopened.functions.peek(account, 'echo', LATEST), record)
})

test('what was not there is found once it is created', async (t) => {
  const { functions } = await temporaryStore(t)
  assert.equal(await functions.find(account, 'echo', LATEST), undefined)
  await functions.create(functionVersion('echo'))
  assert.equal((await functions.find(account, 'echo', LATEST))?.functionName, 'echo')
  assert.notEqual(functions.peek(account, 'echo', LATEST), 'unknown')
})

test('of many that create the same function exactly one succeeds', async (t) => {
  const { functions } = await temporaryStore(t)
  const created = await Promise.all(
    Array.from({ length: 20 }, (_, i) => functions.create(functionVersion('echo', { revisionId: String(i) }))),
  )
  assert.equal(created.filter(Boolean).length, 1)
  assert.equal((await functions.find(account, 'echo', LATEST))?.revisionId, String(created.indexOf(true)))
})

test('of many that update the same revision exactly one wins, and memory shows what it wrote', async (t) => {
  const { functions } = await temporaryStore(t)
  await functions.create(functionVersion('echo'))
  const updated = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      functions.update(functionVersion('echo', { revisionId: `next-${i}` }), 'first'),
    ),
  )
  assert.equal(updated.filter(Boolean).length, 1)
  const known = functions.peek(account, 'echo', LATEST)
  assert.ok(known && known !== 'unknown')
  assert.equal(known.revisionId, `next-${updated.indexOf(true)}`)
})

test('an update of a function that is not there is refused', async (t) => {
  const { functions } = await temporaryStore(t)
  assert.equal(await functions.update(functionVersion('echo'), 'first'), false)
})

test('reads that race with an update never leave the old record in memory', async (t) => {
  const { functions } = await temporaryStore(t)
  await functions.create(functionVersion('echo', { revisionId: '0' }))
  for (let i = 0; i < 100; i++) {
    const reads = [1, 2, 3].map(() => functions.find(account, 'echo', LATEST))
    await functions.update(functionVersion('echo', { revisionId: String(i + 1) }), String(i))
    await Promise.all(reads)
    assert.equal((await functions.find(account, 'echo', LATEST))?.revisionId, String(i + 1))
  }
})

test('deleting one version leaves the others, deleting the function leaves none, in memory too', async (t) => {
  const { functions } = await temporaryStore(t)
  for (const version of [LATEST, '1', '2']) await functions.create(functionVersion('echo', { version }))
  // A version that is not there is gone as well.
  for (const _ of ['there', 'gone']) {
    assert.deepEqual(await functions.deleteVersion(account, 'echo', '1'), [])
    assert.equal(await functions.find(account, 'echo', '1'), undefined)
  }
  assert.ok(await functions.find(account, 'echo', '2'))
  assert.equal(await functions.delete(account, 'echo'), true)
  for (const version of [LATEST, '1', '2']) {
    assert.equal(functions.peek(account, 'echo', version), 'unknown')
    assert.equal(await functions.find(account, 'echo', version), undefined)
  }
  assert.equal(await functions.delete(account, 'echo'), false)
})

test('a function goes with its versions, aliases, reservation and events, and takes nothing of others', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  for (const functionName of ['echo', 'other']) {
    await store.functions.create(functionVersion(functionName), functionVersion(functionName, { version: '1' }))
    const alias = { account, functionName, name: 'live', version: '1', description: '', revisionId: 'first' }
    assert.equal(await store.aliases.create(alias), 'written')
    assert.equal(await store.concurrency.reserve(account, functionName, 5, 100), 'reserved')
    const rest = { payload: Buffer.from('{}'), traceHeader: '', acceptedMs: 0, attempts: 0, dueMs: 0 }
    await store.events.enqueue({ account, functionName, requestId: functionName, ...rest })
  }
  await store.functions.delete(account, 'echo')
  await store.close()

  const left = await temporaryStore(t, { dataDirectory })
  assert.deepEqual(await listAll(left, true), ['other:$LATEST', 'other:1'])
  assert.equal(await left.aliases.find(account, 'echo', 'live'), undefined)
  assert.ok(await left.aliases.find(account, 'other', 'live'))
  assert.deepEqual(
    [left.concurrency.reserved(account, 'echo'), left.concurrency.totalReserved(account)],
    [undefined, 5],
  )
  assert.deepEqual(
    (await claim(left.events, 1, 10)).map(({ functionName }) => functionName),
    ['other'],
  )
})

test('what cannot be a version is not found', async (t) => {
  const { functions } = await temporaryStore(t)
  await functions.create(functionVersion('echo'))
  for (const version of ['', '0', '01', 'live', '-1', '1e3'])
    assert.equal(await functions.find(account, 'echo', version), undefined)
})

test('a list is in order of name, then $LATEST, then version numbers as numbers', async (t) => {
  const store = await temporaryStore(t)
  await create(t, store, ['b', 'a', 'C'])
  for (const version of ['10', '9', '1']) await store.functions.create(functionVersion('a', { version }))
  assert.deepEqual(await listAll(store, false), ['C:$LATEST', 'a:$LATEST', 'b:$LATEST'])
  assert.deepEqual(await listAll(store, true), ['C:$LATEST', 'a:$LATEST', 'a:1', 'a:9', 'a:10', 'b:$LATEST'])
})

test('a list holds only the functions of its account', async (t) => {
  const store = await temporaryStore(t)
  await store.functions.create(functionVersion('other', { account: '111111111111' }))
  assert.deepEqual(await listAll(store, true), [])
})

test('while functions come and go a list skips and repeats nothing that was there all the time', async (t) => {
  const store = await temporaryStore(t)
  const stable = Array.from({ length: 9 }, (_, i) => `stable-${i}`)
  await create(t, store, [...stable, 'passing-1', 'stable-2x', 'stable-4x'])
  let i = 0
  const names = await listAll(store, false, async (seen) => {
    // The function that the cursor points at goes, others appear before and behind it.
    const last = seen.at(-1)?.split(':')[0] ?? ''
    if (!stable.includes(last)) await store.functions.delete(account, last)
    await create(t, store, [`a-${i}`, `stable-5-${i}`, `z-${i++}`])
  })
  assert.equal(new Set(names).size, names.length)
  for (const name of stable) assert.ok(names.includes(`${name}:$LATEST`), name)
})

const malformed = [
  '',
  'x',
  '!!!',
  Buffer.from('{}').toString('base64url'),
  Buffer.from('["a"]').toString('base64url'),
  Buffer.from('[1,2]').toString('base64url'),
]
for (const after of malformed)
  test(`the cursor ${JSON.stringify(after)} is refused`, async (t) => {
    const { functions } = await temporaryStore(t)
    await assert.rejects(functions.list(account, { limit: 2, after, allVersions: false }), InvalidCursor)
  })

test('unsettled functions and used code are known', async (t) => {
  const { functions } = await temporaryStore(t)
  await functions.create(functionVersion('settled', { lastUpdateStatus: 'Successful' }))
  await functions.create(functionVersion('pending', { state: 'Pending', code: { sha256: 'other', size: 2 } }))
  await functions.create(functionVersion('updating', { lastUpdateStatus: 'InProgress' }))
  const unsettled = await functions.listUnsettled()
  assert.deepEqual(unsettled.map(({ functionName }) => functionName).sort(), ['pending', 'updating'])
  await functions.update(functionVersion('pending', { revisionId: 'second' }), 'first')
  assert.equal((await functions.listUnsettled()).length, 1)
  assert.deepEqual(await functions.usedCode(), new Set([functionVersion('').code.sha256]))
})

test('the package that an update replaces is in use until the update has settled', async (t) => {
  const { functions } = await temporaryStore(t)
  const before = functionVersion('f', { code: { sha256: 'old', size: 1 } })
  await functions.create(before)
  const { configuration, code, deploymentId } = before
  const replaced = { configuration, code, deploymentId }
  const updating = { code: { sha256: 'new', size: 1 }, revisionId: 'second', lastUpdateStatus: 'InProgress' } as const
  await functions.update({ ...before, ...updating, replaced }, 'first')
  assert.deepEqual(await functions.usedCode(), new Set(['new', 'old']))
  await functions.update({ ...before, ...updating, lastUpdateStatus: 'Successful', revisionId: 'third' }, 'second')
  assert.deepEqual(await functions.usedCode(), new Set(['new']))
})
