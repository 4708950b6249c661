import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes a new file so that it survives a power cut; it has a temporary name until `publish`. */
export async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Gives the file, or the directory, its name, which survives a power cut too. */
export async function publish(temporary: string, path: string): Promise<void> {
  await rename(temporary, path)
  const directory = await open(dirname(path), 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
