import { readdir } from 'node:fs/promises'
import { findFault, hostPath, type Places, SEEN } from '../runtimes/program-file.ts'

/** A program in `/opt/extensions`. */
export interface ExternalExtension {
  readonly name: string
  /** As AWS names it. */
  readonly path: string
  /** Why it cannot be started, in the words of the system call. */
  readonly fault: string | undefined
}

/** In the order of their names; directories are passed over. */
export async function findExternalExtensions(places: Places): Promise<ExternalExtension[]> {
  const directory = await hostPath(places, `${SEEN.layers}/extensions`)
  if (directory === undefined) return []
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)
  return Promise.all(
    names.sort().map(async (name) => {
      const path = `${SEEN.layers}/extensions/${name}`
      return { name, path, fault: await findFault(places, path) }
    }),
  )
}
