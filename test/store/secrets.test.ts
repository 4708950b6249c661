import assert from 'node:assert/strict'
import { copyFile, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { systemClock } from '#base'
import { LATEST } from '#resources'
import { DataDirectoryInUse, openStore, rotateSecretKey, type Store, WrongSecretKey } from '#store'
import { addKey, openKeyFile, writeKeyFile } from '../../src/store/secrets/key-file.ts'
import { functionVersion } from './function-version.ts'
import { quietLog, temporaryDirectory, temporaryStore } from './temporary-store.ts'

const account = '000000000000'
const PASSWORD = 'correct horse battery staple'
const version = functionVersion('f', {
  configuration: { ...functionVersion('f').configuration, variables: { PASSWORD, ü: '✓' } },
})
const plain = functionVersion('g')
const { variables: _, ...without } = plain.configuration
const bare = { ...plain, configuration: without }

async function populate({ functions, identities }: Store) {
  await functions.create(version)
  await functions.create(bare)
  const user = { account, name: 'alice', path: '/', id: 'AIDA1', createdMs: 0 }
  await identities.users.create(user, 10)
  const key = { id: 'AKIA1', account, secret: PASSWORD, userId: user.id, status: 'Active', createdMs: 0 } as const
  await identities.accessKeys.create(key, 2)
}

async function check({ functions, identities }: Store) {
  assert.deepEqual(await functions.find(account, 'f', LATEST), version)
  assert.deepEqual(await functions.find(account, 'g', LATEST), bare)
  const { items } = await functions.list(account, { limit: 10, allVersions: true })
  assert.deepEqual(items, [version, bare])
  assert.equal(identities.accessKeys.peek('AKIA1')?.secret, PASSWORD)
}

const isReadable = async (dataDirectory: string) =>
  (await readFile(join(dataDirectory, 'lambent.db'))).includes(PASSWORD)

test('variables and secrets are sealed on disk and whole for whoever has the key', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  await populate(store)
  await check(store)
  await store.close()
  assert.equal(await isReadable(dataDirectory), false)
  assert.equal((await stat(join(dataDirectory, 'secret-key'))).mode & 0o777, 0o600)
  await check(await temporaryStore(t, { dataDirectory }))
})

test('a rotation seals everything with a new key and forgets the old one', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  await populate(store)
  const token = store.secrets.seal('session-token', Buffer.from('t'))
  await assert.rejects(rotateSecretKey(dataDirectory, 0), DataDirectoryInUse)
  await store.close()
  const before = await openKeyFile(dataDirectory)
  await rotateSecretKey(dataDirectory, 0)
  const after = await openKeyFile(dataDirectory)
  assert.deepEqual([before.current, after.current, after.keys.size], ['k1', 'k2', 1])
  const reopened = await temporaryStore(t, { dataDirectory })
  await check(reopened)
  assert.equal(reopened.secrets.open('session-token', token), undefined)
})

test('a rotation that was cut off loses nothing, and the next one ends it', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  await populate(store)
  await store.close()
  await writeKeyFile(dataDirectory, addKey(await openKeyFile(dataDirectory)).keys)
  const between = await temporaryStore(t, { dataDirectory })
  await check(between)
  await between.close()
  await rotateSecretKey(dataDirectory, 0)
  assert.deepEqual([...(await openKeyFile(dataDirectory)).keys.keys()], ['k3'])
  await check(await temporaryStore(t, { dataDirectory }))
})

test('what was written before there were keys is read, and sealed by a rotation', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  await populate(store)
  await store.close()
  const database = new DatabaseSync(join(dataDirectory, 'lambent.db'))
  const key = { id: 'AKIA1', account, secret: PASSWORD, userId: 'AIDA1', status: 'Active', createdMs: 0 }
  database.prepare('UPDATE access_keys SET record = ?').run(JSON.stringify(key))
  database.prepare("UPDATE function_versions SET record = ? WHERE function_name = 'f'").run(JSON.stringify(version))
  database.close()
  assert.equal(await isReadable(dataDirectory), true)
  const older = await temporaryStore(t, { dataDirectory })
  await check(older)
  await older.close()
  await rotateSecretKey(dataDirectory, 0)
  assert.equal(await isReadable(dataDirectory), false)
  await check(await temporaryStore(t, { dataDirectory }))
})

test('a database without its key is not opened, and opened again with it', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory })
  await populate(store)
  await store.close()
  const [file, kept] = [join(dataDirectory, 'secret-key'), join(dataDirectory, 'kept')]
  await copyFile(file, kept)
  await rm(file)
  await assert.rejects(openStore({ dataDirectory, clock: systemClock, log: quietLog }), WrongSecretKey)
  await copyFile(kept, file)
  await check(await temporaryStore(t, { dataDirectory }))
})

test('what is sealed opens for its purpose only, and not when it was changed', async (t) => {
  const { secrets } = await temporaryStore(t)
  const sealed = secrets.seal('access-key', Buffer.from('secret'))
  assert.equal(secrets.open('access-key', sealed)?.toString(), 'secret')
  assert.notEqual(secrets.seal('access-key', Buffer.from('secret')), sealed)
  const flipped = sealed.endsWith('A') ? `${sealed.slice(0, -1)}Q` : `${sealed.slice(0, -1)}A`
  for (const [purpose, text] of [
    ['session-token', sealed],
    ['access-key', flipped],
    ['access-key', sealed.replace('k1.', 'k2.')],
    ['access-key', 'k1.'],
    ['access-key', ''],
  ] as const)
    assert.equal(secrets.open(purpose, text), undefined, text)
})

test('a sealed text with anything around it is another text, whatever its length', async (t) => {
  const { secrets } = await temporaryStore(t)
  for (let length = 0; length < 6; length++) {
    const sealed = secrets.seal('session-token', Buffer.alloc(length))
    assert.deepEqual(secrets.open('session-token', sealed), Buffer.alloc(length))
    for (const other of [`${sealed}x`, `${sealed}=`, `${sealed} `, `${sealed}!`, sealed.replace('.', '. ')])
      assert.equal(secrets.open('session-token', other), undefined, other)
  }
})
