import { chmodSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where something of ours is mounted over what an image has. */
const DIRECTORIES = ['proc', 'dev', 'tmp', 'run', 'run/lambent', 'etc']
const FILES = ['etc/resolv.conf', 'etc/hosts', ...['etc/passwd', 'etc/group']]

/** The function's user has to get there. */
const OPEN_TO_ALL = 0o555

/**
 * Sees to it that places to mount on are there, and no links: mounting follows them, with the server's rights, to wherever
 * the image's maker wants.
 */
export function makeMountPoints(root: string, further: readonly string[]): void {
  for (const name of [...DIRECTORIES, ...further]) {
    const path = join(root, name)
    const status = lstatSync(path, { throwIfNoEntry: false })
    if (status?.isDirectory() && (status.mode & OPEN_TO_ALL) === OPEN_TO_ALL) continue
    if (!status?.isDirectory()) {
      rmSync(path, { force: true })
      mkdirSync(path)
    }
    chmodSync(path, 0o755)
  }
  for (const name of FILES) {
    const path = join(root, name)
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) continue
    rmSync(path, { recursive: true, force: true })
    writeFileSync(path, '', { mode: 0o644 })
  }
}

/** What an image says of users is its own matter; where it says nothing, the function's user gets a name. */
export const saysNothing = (root: string, name: string): boolean => lstatSync(join(root, name)).size === 0
