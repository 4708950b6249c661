import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import type { Database, Schema } from '../database/database.ts'
import { ReadConnection, WriteConnection } from './connection.ts'
import { createReadDialect } from './dialect.ts'
import { migrate } from './migrate.ts'

/** Opens `<directory>/lambent.db`, creating it or bringing it up to date. The directory is the caller's to lock. */
export async function openSqlite(directory: string, nowMs: number): Promise<Database> {
  const file = fileIn(directory)
  // SQLite gives its other files the mode of this one: secrets of access keys are in it.
  closeSync(openSync(file, 'a', 0o600))
  const reading = new ReadConnection(file)
  const writing = new WriteConnection(file)
  try {
    await migrate(writing, nowMs)
  } catch (error) {
    await Promise.all([reading.close(), writing.close()])
    throw error
  }
  return {
    queries: new Kysely<Schema>({ dialect: createReadDialect(reading) }),
    commit: (queries) => writing.commit(queries),
    // The writer goes last: the last connection to close folds the WAL into the database.
    close: async () => {
      await reading.close()
      await writing.close()
    },
  }
}

/** Writes the database anew, without what was deleted or replaced. Nobody else may have it open. */
export function vacuumSqlite(directory: string): void {
  const database = new DatabaseSync(fileIn(directory))
  try {
    database.exec('VACUUM')
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    database.close()
  }
}

const fileIn = (directory: string) => join(directory, 'lambent.db')
