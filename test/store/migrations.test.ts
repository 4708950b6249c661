import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { LATEST } from '#resources'
import { statements as first } from '../../src/store/sqlite/migrations/0001-functions-events-identities.ts'
import { functionVersion } from './function-version.ts'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

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
