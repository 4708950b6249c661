import { chmod, lstat, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { IMAGE_MOUNTS, IMAGE_PRELOAD, RUNTIME_MOUNTS } from '#resources'
import type { ImageUse } from '../image-store.ts'

/** The function's user has to get there. */
const OPEN_TO_ALL = 0o555

/**
 * Sees to it that places to mount on are there, and no links: mounting follows them, with the server's rights, to wherever
 * the image's maker wants.
 */
export async function makeMountPoints(root: string, use: ImageUse): Promise<void> {
  const directories = [...IMAGE_MOUNTS.directories, ...(use === 'runtime' ? RUNTIME_MOUNTS : [])]
  for (const name of directories) await makeDirectory(join(root, name))
  for (const name of IMAGE_MOUNTS.files) await makeFile(join(root, name))
  const preload = join(root, IMAGE_PRELOAD)
  if (!(await statusOf(preload))?.isFile()) await rm(preload, { recursive: true, force: true })
}

async function makeDirectory(path: string): Promise<void> {
  const status = await statusOf(path)
  if (status?.isDirectory() && (status.mode & OPEN_TO_ALL) === OPEN_TO_ALL) return
  if (!status?.isDirectory()) {
    await rm(path, { force: true })
    await mkdir(path)
  }
  await chmod(path, 0o755)
}

async function makeFile(path: string): Promise<void> {
  if ((await statusOf(path))?.isFile()) return
  await rm(path, { recursive: true, force: true })
  await writeFile(path, '', { mode: 0o644 })
}

const statusOf = (path: string) => lstat(path).catch(() => undefined)
