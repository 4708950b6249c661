import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { LATEST } from '#resources'
import { statements as first } from '../../src/store/sqlite/migrations/0001-functions-events-identities.ts'
import { migrations } from '../../src/store/sqlite/migrations/index.ts'
import { functionVersion } from './function-version.ts'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

test('the number of each migration is its place', async () => {
  const folder = join(import.meta.dirname, '../../src/store/sqlite/migrations')
  const files = (await readdir(folder)).filter((name) => /^\d/.test(name)).sort()
  const inOrder = await Promise.all(files.map(async (name) => (await import(join(folder, name))).statements))
  assert.deepEqual(inOrder, migrations)
  assert.deepEqual(
    files.map((name) => Number(name.slice(0, 4))),
    files.map((_, index) => index + 1),
  )
})

test('a database of the first schema is brought up to date with what is in it', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const record = functionVersion('old', { code: { sha256: 'x', size: 321 } })
  const database = new DatabaseSync(join(dataDirectory, 'lambent.db'))
  for (const statement of first) database.exec(statement)
  database.exec('CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_ms INTEGER NOT NULL)')
  database.exec('INSERT INTO migrations VALUES (1, 0)')
  database
    .prepare('INSERT INTO function_versions VALUES (?, ?, 0, ?, ?, 0, ?)')
    .run(record.account, 'old', record.revisionId, 'x', JSON.stringify(record))
  database.close()

  const { functions } = await temporaryStore(t, { dataDirectory })
  assert.deepEqual(await functions.find(record.account, 'old', LATEST), record)
  assert.deepEqual(await functions.usage(record.account), { functions: 1, codeBytes: 321 })
})

test('users of the first schema keep their keys and policies', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const account = '000000000000'
  const user = { account, name: 'Alice', path: '/', id: 'AIDA1', createdMs: 1 }
  const key = { id: 'AKIA1', account, secret: 'plain', userName: 'Alice', status: 'Active', createdMs: 1 }
  const database = new DatabaseSync(join(dataDirectory, 'lambent.db'))
  for (const statement of first) database.exec(statement)
  database.exec('CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_ms INTEGER NOT NULL)')
  database.exec('INSERT INTO migrations VALUES (1, 0)')
  const owner = [account, 'user', 'alice']
  database.prepare('INSERT INTO principals VALUES (?, ?, ?, ?, ?)').run(...owner, '/', JSON.stringify(user))
  database.prepare('INSERT INTO access_keys VALUES (?, ?, ?, ?, ?)').run(key.id, ...owner, JSON.stringify(key))
  database
    .prepare('INSERT INTO inline_policies VALUES (?, ?, ?, ?, ?)')
    .run(...owner, 'p', JSON.stringify({ name: 'p', document: '{"a":1}' }))
  database.close()

  const { identities } = await temporaryStore(t, { dataDirectory })
  assert.deepEqual(await identities.users.find(account, 'alice'), user)
  assert.deepEqual(
    [identities.accessKeys.peek('AKIA1')?.userId, identities.accessKeys.peek('AKIA1')?.secret],
    ['AIDA1', 'plain'],
  )
  assert.deepEqual(await identities.inlinePolicies.list('AIDA1'), [{ name: 'p', document: '{"a":1}' }])
})
