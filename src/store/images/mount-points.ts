import { chmod, lstat, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { IMAGE_MOUNTS, IMAGE_PRELOAD, RUNTIME_MOUNTS } from '#resources'
import { ImageFault } from '../errors.ts'
import type { ImageUse } from '../image-store.ts'

/** The function's user has to get there. */
const OPEN_TO_ALL = 0o555

/**
 * Sees to it that places to mount on are there, and no links: mounting follows them, with the server's rights, to wherever
 * the image's maker wants.
 */
export async function makeMountPoints(root: string, use: ImageUse, uri: string): Promise<void> {
  if (use === 'runtime') await checkRuntimeMounts(root, uri)
  const directories = [...IMAGE_MOUNTS.directories, ...(use === 'runtime' ? RUNTIME_MOUNTS : [])]
  for (const name of directories) await makeDirectory(join(root, name))
  for (const name of IMAGE_MOUNTS.files) await makeFile(join(root, name))
  const preload = join(root, IMAGE_PRELOAD)
  if (!(await statusOf(preload))?.isFile()) await rm(preload, { recursive: true, force: true })
}

/** Functions may be made of the same image, and what they need of it must not be taken away later. */
async function checkRuntimeMounts(root: string, uri: string): Promise<void> {
  for (const name of RUNTIME_MOUNTS) {
    const status = await statusOf(join(root, name))
    if (status !== undefined && !status.isDirectory()) throw new ImageFault('no-place', uri)
  }
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
