import { DatabaseTooNew } from '../errors.ts'
import type { WriteConnection } from './connection.ts'
import type { Statement } from './messages.ts'
import { migrations } from './migrations/index.ts'

/** Brings the schema up to date, each migration in its own transaction together with the note that it ran. */
export async function migrate(connection: WriteConnection, nowMs: number): Promise<void> {
  const [, versions] = await connection.commit([createTable, highestVersion])
  const found = Number(versions?.rows[0]?.version ?? 0)
  if (found > migrations.length) throw new DatabaseTooNew(found, migrations.length)
  for (const [i, migration] of migrations.entries()) {
    if (i < found) continue
    const statements = migration.map((sql) => ({ sql, parameters: [] }))
    await connection.commit([...statements, noteMigration(i + 1, nowMs)])
  }
}

const createTable: Statement = {
  sql: 'CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, applied_ms INTEGER NOT NULL)',
  parameters: [],
}

const highestVersion: Statement = { sql: 'SELECT max(version) AS version FROM migrations', parameters: [] }

const noteMigration = (version: number, appliedMs: number): Statement => ({
  sql: 'INSERT INTO migrations (version, applied_ms) VALUES (?, ?)',
  parameters: [version, appliedMs],
})
