import { mkdir } from 'node:fs/promises'
import { lockDirectory } from './sqlite/lock.ts'

/** Makes the directory if need be and holds it until `release`. Throws DataDirectoryInUse when somebody else has it. */
export async function lockDataDirectory(dataDirectory: string): Promise<{ release(): void }> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 })
  return lockDirectory(dataDirectory)
}
