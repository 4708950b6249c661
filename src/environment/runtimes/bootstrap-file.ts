import { lstat, open, stat } from 'node:fs/promises'
import { noBootstrap, type PlatformFailure, unusableBootstrap } from '../function-errors.ts'

/** Where a custom runtime's program lies, in the order in which Lambda looks. */
const PLACES = ['task', 'layers'] as const
export type BootstrapPlace = (typeof PLACES)[number]

/** The directories of the host that are `/var/task` and `/opt`. */
export interface Places {
  readonly codeDirectory: string
  readonly layersDirectory?: string
}

/** More than a `#!` line and the head of an ELF file. */
const HEAD_BYTES = 256
/** The numbers that ELF gives to processors. */
const ELF_MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 }

/** The `bootstrap` of a custom runtime, or what AWS says of one that is missing or cannot be run. */
export async function findBootstrap(places: Places): Promise<BootstrapPlace | PlatformFailure> {
  for (const place of PLACES) {
    const file = hostPath(places, `${SEEN[place]}/bootstrap`)
    const status = file === undefined ? undefined : await lstat(file).catch(() => undefined)
    if (file === undefined || status === undefined || status.isDirectory()) continue
    // A link may point to what only the function sees.
    const fault = status.isSymbolicLink() ? undefined : await findFault(places, file, status.mode)
    return fault === undefined ? place : unusableBootstrap(`${SEEN[place]}/bootstrap`, fault)
  }
  return noBootstrap(PLACES.map((place) => `${SEEN[place]}/bootstrap`))
}

const SEEN = { task: '/var/task', layers: '/opt' }

/** In the words of the system call that would fail. */
async function findFault(places: Places, file: string, mode: number): Promise<string | undefined> {
  if ((mode & 0o111) === 0) return 'permission denied'
  if (process.platform !== 'linux') return undefined
  const head = await readHead(file)
  if (head.toString('latin1', 0, 2) === '#!') {
    // A line that ends in CR LF asks for an interpreter whose name ends in CR.
    const interpreter = /^#![ \t]*([^ \t\n]+)/.exec(head.toString('latin1'))?.[1] ?? ''
    const exists = await stat(hostPath(places, interpreter) ?? '').catch(() => undefined)
    return exists === undefined ? 'no such file or directory' : undefined
  }
  const isElf = head.toString('latin1', 0, 4) === '\x7fELF' && head.readUInt16LE(18) === ELF_MACHINES[process.arch]
  return isElf ? undefined : 'exec format error'
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const head = Buffer.alloc(HEAD_BYTES)
    await handle.read(head, 0, HEAD_BYTES, 0)
    return head
  } finally {
    await handle.close()
  }
}

/** Where the function's path is on the host; undefined when nothing is there. */
function hostPath({ codeDirectory, layersDirectory }: Places, path: string): string | undefined {
  if (path.startsWith(`${SEEN.task}/`)) return codeDirectory + path.slice(SEEN.task.length)
  if (!path.startsWith(`${SEEN.layers}/`)) return path
  return layersDirectory === undefined ? undefined : layersDirectory + path.slice(SEEN.layers.length)
}
