import assert from 'node:assert/strict'
import { lstat, readFile, readlink, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Clock, systemClock } from '#base'
import { beginUpdate, type NewLayerVersion, settle } from '#resources'
import { InvalidCursor, type Store } from '#store'
import { mergedSha256 } from '../../src/store/code/merged-sha256.ts'
import { functionVersion } from './function-version.ts'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'
import { type ZipEntry, zipBytes } from './zip-bytes.ts'

const account = '000000000000'
const LINK = 0o120777
const HOUR_MS = 3_600_000

const layer = (layerName: string, change: Partial<NewLayerVersion> = {}): NewLayerVersion => ({
  account,
  layerName,
  description: '',
  code: { sha256: 'q1MKE+RZFJgrefm34+uplM/R8/si9xzqGvvwK0YMbR0=', size: 7 },
  createdMs: 1_700_000_000_000,
  ...change,
})

test('a layer version is found as it was published, also by a store opened later', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  const published = await store.layers.publish(layer('l', { licenseInfo: 'MIT', compatibleRuntimes: ['python3.12'] }))
  assert.equal(published.version, 1)
  await store.close()
  const { layers } = await temporaryStore(t, { dataDirectory })
  assert.deepEqual(await layers.find(account, 'l', 1), published)
  for (const [owner, name, version] of [
    [account, 'l', 2],
    [account, 'm', 1],
    ['111111111111', 'l', 1],
  ] as const)
    assert.equal(await layers.find(owner, name, version), undefined)
})

test('no number is used twice: not by many at a time, not after deletions, not by another account', async (t) => {
  const { layers } = await temporaryStore(t)
  const made = await Promise.all(Array.from({ length: 30 }, () => layers.publish(layer('l'))))
  assert.deepEqual(
    made.map(({ version }) => version).sort((a, b) => a - b),
    Array.from({ length: 30 }, (_, i) => i + 1),
  )
  for (const { version } of made) await layers.delete(account, 'l', version)
  assert.equal((await layers.publish(layer('l'))).version, 31)
  assert.equal((await layers.publish(layer('l', { account: '111111111111' }))).version, 1)
})

test('pages hold while versions come and go between them', async (t) => {
  const { layers } = await temporaryStore(t)
  for (let i = 0; i < 6; i++) await layers.publish(layer('l'))
  const first = await layers.listVersions(account, 'l', { limit: 2 })
  await layers.publish(layer('l'))
  await layers.delete(account, 'l', 5)
  await layers.delete(account, 'l', 4)
  const second = await layers.listVersions(account, 'l', { limit: 2, after: first.next })
  const third = await layers.listVersions(account, 'l', { limit: 2, after: second.next })
  const numbers = [first, second, third].map(({ items }) => items.map(({ version }) => version))
  assert.deepEqual(numbers, [[6, 5], [3, 2], [1]])
  assert.equal(third.next, undefined)
  await assert.rejects(layers.listVersions(account, 'l', { limit: 2, after: 'x' }), InvalidCursor)
  await assert.rejects(layers.list(account, { limit: 2, after: 'x' }), InvalidCursor)
})

test('what layers and functions use of the code is known, deleted layer versions included', async (t) => {
  const { layers, functions } = await temporaryStore(t)
  const [a, b] = [
    await layers.publish(layer('a', { code: { sha256: 'a=', size: 3 } })),
    await layers.publish(layer('b')),
  ]
  assert.equal(await layers.codeBytes(account), 10)
  const record = functionVersion('f')
  const used = [a, b].map(({ code, layerName }) => ({ arn: layerName, code }))
  await functions.create({ ...record, configuration: { ...record.configuration, layers: used } })
  await layers.delete(account, 'a', 1)
  assert.deepEqual([...(await layers.usedCode())], [b.code.sha256])
  const kept = await functions.usedCode()
  for (const { code } of [record, a, b]) assert.ok(kept.has(code.sha256))
  assert.equal(await layers.codeBytes(account), 7)
})

test('until an update has settled, the layers that it takes away are in use', async (t) => {
  const { layers, functions } = await temporaryStore(t)
  const { code, layerName } = await layers.publish(layer('a', { code: { sha256: 'YQ==', size: 3 } }))
  const record = functionVersion('f')
  const configuration = { ...record.configuration, layers: [{ arn: layerName, code }] }
  const created = settle({ ...record, configuration })
  await functions.create(created)
  const updated = beginUpdate(created, { configuration: record.configuration }, 0)
  assert.ok(await functions.update(updated, created.revisionId))
  const during = await functions.usedCode()
  for (const sha256 of [code.sha256, mergedSha256([code.sha256])]) assert.ok(during.has(sha256))
  await functions.update(settle(updated), updated.revisionId)
  assert.deepEqual([...(await functions.usedCode())], [record.code.sha256])
})

async function put({ code }: Store, ...entries: readonly ZipEntry[]): Promise<string> {
  return (await code.put(zipBytes(entries))).sha256
}

test('packages are laid over each other, later ones on top, without following links', async (t) => {
  const store = await temporaryStore(t)
  const below = await put(
    store,
    { name: 'both', content: 'below' },
    { name: 'lib/only-below', content: 'below' },
    { name: 'file-then-directory', content: 'below' },
    { name: 'directory-then-file/inner', content: 'below' },
    { name: 'target/inner', content: 'below' },
    { name: 'link-then-directory', content: 'target', mode: LINK },
    { name: 'file-then-link', content: 'below' },
  )
  const above = await put(
    store,
    { name: 'both', content: 'above', mode: 0o100755 },
    { name: 'lib/only-above', content: 'above' },
    { name: 'file-then-directory/inner', content: 'above' },
    { name: 'directory-then-file', content: 'above' },
    { name: 'link-then-directory/inner', content: 'above' },
    { name: 'file-then-link', content: 'both', mode: LINK },
  )
  const merged = await store.code.merged([below, above])
  const text = (path: string) => readFile(join(merged, path), 'utf8')
  assert.equal(await text('lib/only-below'), 'below')
  for (const path of [
    'both',
    'lib/only-above',
    'file-then-directory/inner',
    'directory-then-file',
    'link-then-directory/inner',
    'file-then-link',
  ])
    assert.equal(await text(path), 'above', path)
  assert.equal(await text('target/inner'), 'below')
  assert.equal((await lstat(join(merged, 'link-then-directory'))).isDirectory(), true)
  assert.equal(await readlink(join(merged, 'file-then-link')), 'both')
  assert.equal((await stat(join(merged, 'both'))).mode & 0o777, 0o755)
  assert.equal((await stat(join(merged, 'lib'))).mode & 0o777, 0o755)
  const reversed = await store.code.merged([above, below])
  assert.equal(await readFile(join(reversed, 'both'), 'utf8'), 'below')
  assert.equal(await store.code.merged([above]), await store.code.unpacked(above))
})

test('what is merged is made once, also when many ask, and anew when it is gone', async (t) => {
  const store = await temporaryStore(t)
  const layers = [await put(store, { name: 'a', content: 'a' }), await put(store, { name: 'b', content: 'b' })]
  const places = await Promise.all(Array.from({ length: 10 }, () => store.code.merged(layers)))
  assert.equal(new Set(places).size, 1)
  const { ino } = await stat(places[0] ?? '')
  assert.equal((await stat(await store.code.merged(layers))).ino, ino)
  await rm(places[0] ?? '', { recursive: true })
  assert.equal(await readFile(join(await store.code.merged(layers), 'a'), 'utf8'), 'a')
})

test('what is merged stays while a function uses it, and goes with its packages afterwards', async (t) => {
  let nowMs = 1_700_000_000_000
  const clock: Clock = { ...systemClock, now: () => nowMs }
  const store = await temporaryStore(t, { clock })
  const sha256s = [await put(store, { name: 'a', content: 'a' }), await put(store, { name: 'b', content: 'b' })]
  const merged = await store.code.merged(sha256s)
  const record = functionVersion('f')
  const layers = sha256s.map((sha256) => ({ arn: sha256, code: { sha256, size: 1 } }))
  await store.functions.create({ ...record, configuration: { ...record.configuration, layers } })
  const collect = async () => store.code.collect(await store.functions.usedCode())
  for (let hours = 0; hours < 3; hours++) {
    nowMs += HOUR_MS
    await collect()
    assert.equal(await readFile(join(merged, 'a'), 'utf8'), 'a')
  }
  await store.functions.delete(account, 'f')
  nowMs += 2 * HOUR_MS + 1
  await collect()
  await assert.rejects(stat(merged), { code: 'ENOENT' })
  assert.equal(await store.code.read(sha256s[0] ?? ''), undefined)
})

test('the size of what a package unpacks to is known of compressed ones too', async (t) => {
  const store = await temporaryStore(t)
  const sha256 = await put(
    store,
    { name: 'zeros', content: Buffer.alloc(1_000_000), method: 8 },
    { name: 'a', content: 'abc' },
  )
  assert.equal(await store.code.unzippedBytes(sha256), 1_000_003)
})

const policyNamed = (revisionId: string) => ({ policy: { document: `{"Id":"${revisionId}"}` }, revisionId })

test('a policy is replaced by who knows its revision, is there after a restart, and goes with the version', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  const address = { account, layerName: 'l', version: 1 }
  assert.equal(await store.layers.replacePolicy(address, policyNamed('a'), undefined), false)
  await store.layers.publish(layer('l'))
  assert.equal(store.layers.peekPolicy(address), undefined)
  const first = await Promise.all(
    ['a', 'b'].map((id) => store.layers.replacePolicy(address, policyNamed(id), undefined)),
  )
  assert.deepEqual(first, [true, false])
  assert.equal(await store.layers.replacePolicy(address, policyNamed('c'), 'b'), false)
  assert.equal(await store.layers.replacePolicy(address, policyNamed('c'), 'a'), true)
  assert.deepEqual(store.layers.peekPolicy(address), policyNamed('c'))
  await store.close()

  const { layers } = await temporaryStore(t, { dataDirectory })
  assert.deepEqual(layers.peekPolicy(address), policyNamed('c'))
  assert.equal(await layers.replacePolicy(address, undefined, 'c'), true)
  assert.equal(layers.peekPolicy(address), undefined)
  assert.equal(await layers.replacePolicy(address, policyNamed('d'), undefined), true)
  await layers.delete(account, 'l', 1)
  assert.equal(layers.peekPolicy(address), undefined)
  assert.equal(await layers.replacePolicy(address, policyNamed('e'), 'd'), false)
})
