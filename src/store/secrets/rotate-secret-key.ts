import { openAccessKey, sealAccessKey } from '../database/access-keys.ts'
import type { Database } from '../database/database.ts'
import { readVersion, writeVersion } from '../database/function-record.ts'
import { lockDataDirectory } from '../lock-data-directory.ts'
import { openSqlite, vacuumSqlite } from '../sqlite/open-sqlite.ts'
import { addKey, openKeyFile, writeKeyFile } from './key-file.ts'
import { createSecrets, type KeyRing, type Secrets } from './secrets.ts'

// Some MiB at a time.
const PAGE = 200

/**
 * Replaces the key that secrets are kept with, and forgets those before: temporary keys that were issued so far end.
 * Throws DataDirectoryInUse while a server runs. The file has both keys until everything is sealed anew, so whatever
 * interrupts it, nothing is lost, and the next rotation ends it.
 */
export async function rotateSecretKey(dataDirectory: string, nowMs: number): Promise<void> {
  await using parts = new AsyncDisposableStack()
  const lock = await lockDataDirectory(dataDirectory)
  parts.defer(() => lock.release())
  const ring = addKey(await openKeyFile(dataDirectory))
  await writeKeyFile(dataDirectory, ring.keys)
  await sealAll(dataDirectory, createSecrets(ring), nowMs)
  // What stood there before is still on the disk, in pages that are free now: readable, if it was never sealed.
  vacuumSqlite(dataDirectory)
  await writeKeyFile(dataDirectory, onlyCurrent(ring))
}

async function sealAll(dataDirectory: string, secrets: Secrets, nowMs: number): Promise<void> {
  await using parts = new AsyncDisposableStack()
  const database = parts.adopt(await openSqlite(dataDirectory, nowMs), (opened) => opened.close())
  await sealAccessKeys(database, secrets)
  await sealVersions(database, secrets)
}

const onlyCurrent = ({ current, keys }: KeyRing) => new Map([...keys].filter(([id]) => id === current))

async function sealAccessKeys({ queries, commit }: Database, secrets: Secrets): Promise<void> {
  for (let last = ''; ; ) {
    const rows = await queries
      .selectFrom('access_keys')
      .where('id', '>', last)
      .orderBy('id')
      .limit(PAGE)
      .selectAll()
      .execute()
    const statements = rows.map(({ id, record }) =>
      queries
        .updateTable('access_keys')
        .set({ record: sealAccessKey(secrets, openAccessKey(secrets, record)) })
        .where('id', '=', id)
        .compile(),
    )
    const end = rows.at(-1)
    if (!end) return
    await commit(statements)
    last = end.id
  }
}

async function sealVersions({ queries, commit }: Database, secrets: Secrets): Promise<void> {
  for (let last: readonly [string, string, number] = ['', '', -1]; ; ) {
    const rows = await queries
      .selectFrom('function_versions')
      .where(({ eb, refTuple, tuple }) =>
        eb(refTuple('account', 'function_name', 'version_number'), '>', tuple(last[0], last[1], last[2])),
      )
      .orderBy('account')
      .orderBy('function_name')
      .orderBy('version_number')
      .limit(PAGE)
      .select(['account', 'function_name', 'version_number', 'record'])
      .execute()
    const statements = rows.map((row) =>
      queries
        .updateTable('function_versions')
        .set({ record: writeVersion(secrets, readVersion(secrets, row.record)) })
        .where('account', '=', row.account)
        .where('function_name', '=', row.function_name)
        .where('version_number', '=', row.version_number)
        .compile(),
    )
    const end = rows.at(-1)
    if (!end) return
    await commit(statements)
    last = [end.account, end.function_name, end.version_number]
  }
}
