import { strict as assert } from 'node:assert'
import { lstatSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { IMAGE_MOUNTS, IMAGE_PRELOAD, RUNTIME_MOUNTS } from '#resources'
import type { SandboxImage } from '../sandbox/sandbox.ts'

/** Mounting would follow links, with the server's rights, to wherever the image's maker wants. */
export function checkMountPoints({ directory: root, holdsFunction }: SandboxImage, hasFileSystems: boolean): void {
  for (const name of [...IMAGE_MOUNTS.directories, ...(holdsFunction ? [] : RUNTIME_MOUNTS)])
    if (name !== 'mnt' || hasFileSystems)
      assert(statusOf(root, name)?.isDirectory(), `an image has a directory /${name}`)
  for (const name of IMAGE_MOUNTS.files) assert(statusOf(root, name)?.isFile(), `an image has a file /${name}`)
}

export function hasPreload(root: string): boolean {
  const status = statusOf(root, IMAGE_PRELOAD)
  assert(status === undefined || status.isFile(), `/${IMAGE_PRELOAD} of an image is a file`)
  return status !== undefined
}

/** What an image says of users is its own matter; where it says nothing, the function's user gets a name. */
export const saysNothing = (root: string, name: string): boolean => statusOf(root, name)?.size === 0

const statusOf = (root: string, name: string): Stats | undefined =>
  lstatSync(join(root, name), { throwIfNoEntry: false })
