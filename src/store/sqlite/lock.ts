import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DataDirectoryInUse } from '../errors.ts'

/**
 * Holds the data directory until `release`. The lock is one that the operating system drops with the process, however
 * it ends, so no stale file is ever in the way: SQLite's exclusive lock on an empty database.
 */
export function lockDirectory(directory: string): { release(): void } {
  const lock = new DatabaseSync(join(directory, 'lock'), { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw isBusy(error) ? new DataDirectoryInUse(directory) : error
  }
  return { release: () => lock.close() }
}

const SQLITE_BUSY = 5
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
