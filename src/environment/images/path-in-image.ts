import { lstat, readlink } from 'node:fs/promises'
import { join } from 'node:path'

// As many as Linux follows before it gives up.
const MOST_LINKS = 40

/**
 * Where on the host a process finds this path whose root directory is `root`; undefined: nothing is there. Links are
 * followed as the process would follow them, so an image cannot make us look at a file of the host.
 */
export async function pathInImage(root: string, path: string): Promise<string | undefined> {
  const here: string[] = []
  const ahead = path.split('/').reverse()
  let followed = 0
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      here.pop()
      continue
    }
    const status = await lstat(join(root, ...here, part)).catch(() => undefined)
    if (status === undefined) return undefined
    if (!status.isSymbolicLink()) {
      here.push(part)
      continue
    }
    if (++followed > MOST_LINKS) return undefined
    const target = await readlink(join(root, ...here, part))
    if (target.startsWith('/')) here.length = 0
    ahead.push(...target.split('/').reverse())
  }
  return join(root, ...here)
}
