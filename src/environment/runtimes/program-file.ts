import { constants, type Stats } from 'node:fs'
import { lstat, open, stat } from 'node:fs/promises'
import { posix } from 'node:path'
import { pathInImage } from '../images/path-in-image.ts'

/** The directories of the host that are `/var/task` and `/opt`; or the one that is all that a function sees. */
export interface Places {
  readonly codeDirectory: string
  readonly layersDirectory?: string
  readonly image?: { readonly directory: string }
  /** What a function sees in the place of the host, around the two directories. */
  readonly root?: { readonly directory: string } | undefined
  /** A plain process sees the whole host. */
  readonly showsHost?: boolean
}

export const SEEN = { task: '/var/task', layers: '/opt' }

/** What sandboxes show of the host. */
const PROGRAMS = /^\/(usr|bin|sbin|lib|lib32|lib64|libx32)\//

/** More than a `#!` line and the head of an ELF file. */
const HEAD_BYTES = 256
/** Whoever may change the file meanwhile must not make us wait. */
const LOOK = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW
/** The numbers that ELF gives to processors. */
const ELF_MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 }

/** Why a program that is there cannot be run, in the words of the system call that would fail. */
export async function findFault(places: Places, path: string): Promise<string | undefined> {
  const file = (await hostPath(places, path)) ?? ''
  const status = await statusOf(file)
  if (status === undefined) return 'no such file or directory'
  // A link may point to what only the function sees.
  if (status.isSymbolicLink()) return undefined
  // What else there is, pipes and devices, is not even opened: that alone may wait for ever, or do something.
  if (!status.isFile() || (status.mode & 0o111) === 0) return 'permission denied'
  if (process.platform !== 'linux') return undefined
  const head = await readHead(file)
  if (head.toString('latin1', 0, 2) === '#!') {
    // A line that ends in CR LF asks for an interpreter whose name ends in CR.
    const interpreter = /^#![ \t]*([^ \t\n]+)/.exec(head.toString('latin1'))?.[1] ?? ''
    const exists = await stat((await hostPath(places, interpreter)) ?? '').catch(() => undefined)
    return exists === undefined ? 'no such file or directory' : undefined
  }
  const isElf = head.toString('latin1', 0, 4) === '\x7fELF' && head.readUInt16LE(18) === ELF_MACHINES[process.arch]
  return isElf ? undefined : 'exec format error'
}

export const statusOf = (file: string | undefined): Promise<Stats | undefined> =>
  lstat(file ?? '').catch(() => undefined)

/** Where the function's path is on the host; undefined when nothing is there. */
export async function hostPath(
  { codeDirectory, layersDirectory, image, root, showsHost = false }: Places,
  given: string,
): Promise<string | undefined> {
  if (image !== undefined) return pathInImage(image.directory, given)
  const path = posix.normalize(given)
  if (path.startsWith(`${SEEN.task}/`)) return codeDirectory + path.slice(SEEN.task.length)
  if (path.startsWith(`${SEEN.layers}/`))
    return layersDirectory === undefined ? undefined : layersDirectory + path.slice(SEEN.layers.length)
  if (root !== undefined) return pathInImage(root.directory, path)
  // Whoever deploys a script must not learn from it which files the host has.
  return showsHost || PROGRAMS.test(path) ? path : undefined
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file, LOOK)
  try {
    const head = Buffer.alloc(HEAD_BYTES)
    await handle.read(head, 0, HEAD_BYTES, 0)
    return head
  } finally {
    await handle.close()
  }
}
