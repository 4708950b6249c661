import { rm } from 'node:fs/promises'
import { runTool } from '#base'

// A million files on a slow disk.
const TIMEOUT_MS = 10 * 60_000

/** Sees to it that a server of an ordinary user may change what it has unpacked: images have directories that deny it. */
export async function openToOwner(directory: string): Promise<void> {
  if (process.getuid?.() !== 0)
    await find(directory, ['-type', 'd', '!', '-perm', '-700', '-exec', 'chmod', 'u+rwx', '{}', ';'])
}

/** Devices and pipes of an image are of no use to a function, and a trap for whoever looks at its files. */
export const removeSpecialFiles = (directory: string): Promise<void> =>
  find(directory, ['!', '-type', 'f', '!', '-type', 'd', '!', '-type', 'l', '-delete'])

/** Also where directories below deny it. */
export async function removeTree(directory: string): Promise<void> {
  const remove = () => rm(directory, { recursive: true, force: true })
  await remove().catch(async () => {
    await openToOwner(directory)
    await remove()
  })
}

async function find(directory: string, parameters: readonly string[]): Promise<void> {
  await runTool('find', [directory, ...parameters], { timeoutMs: TIMEOUT_MS })
}
