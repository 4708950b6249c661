import { type Entry, getFileNameLowLevel, type ZipFile } from 'yauzl'
import { NotAZip, UnsafeZip, UnzippedTooLarge } from '../errors.ts'
import { packagePath, parentsOf } from './package-path.ts'

/** What a code package may unpack to: Lambda's own quota. */
export const MAXIMUM_UNZIPPED_BYTES = 262_144_000
// Far above any real package; each entry costs an inode and about a kilobyte while it is unpacked.
const MAXIMUM_ENTRIES = 100_000

/** What an archive will become on disk. */
export interface ZipPlan {
  readonly directories: ReadonlySet<string>
  readonly files: ReadonlyMap<string, Entry>
  readonly links: ReadonlyMap<string, Entry>
  readonly unzippedBytes: number
}

/**
 * Reads the central directory and decides, before a byte is written, what goes where. When a name comes twice the
 * last one counts, as with `unzip -o`. Sizes here are only claims: whoever inflates holds each file to its own.
 */
export async function planZip(zip: ZipFile): Promise<ZipPlan> {
  if (zip.entryCount > MAXIMUM_ENTRIES) throw new UnsafeZip(`The archive has more than ${MAXIMUM_ENTRIES} entries.`)
  const directories = new Set<string>()
  const files = new Map<string, Entry>()
  const links = new Map<string, Entry>()
  for await (const entry of zip.eachEntry()) {
    const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true)
    const kind = kindOf(entry, name)
    const path = packagePath(name)
    if (path === '' && kind !== 'directory') throw new UnsafeZip(`The entry ${JSON.stringify(name)} has no name.`)
    if (kind === 'directory') {
      if (path !== '') directories.add(path)
      continue
    }
    checkReadable(entry, name)
    files.delete(path)
    links.delete(path)
    if (kind === 'link') links.set(path, entry)
    else files.set(path, entry)
  }
  for (const path of [...directories, ...files.keys(), ...links.keys()])
    for (const parent of parentsOf(path)) directories.add(parent)
  checkConflicts({ directories, files, links })
  return { directories, files, links, unzippedBytes: sizeOf([...files.values(), ...links.values()]) }
}

/** No path is two things, so nothing is ever written through a link. */
function checkConflicts({ directories, files, links }: Omit<ZipPlan, 'unzippedBytes'>): void {
  for (const path of directories)
    if (files.has(path) || links.has(path))
      throw new UnsafeZip(`${JSON.stringify(path)} is a directory and something else.`)
}

function sizeOf(entries: readonly Entry[]): number {
  const bytes = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0)
  if (bytes > MAXIMUM_UNZIPPED_BYTES) throw new UnzippedTooLarge(`The archive declares ${bytes} bytes of files.`)
  return bytes
}

export const STORED = 0
const DEFLATED = 8

function checkReadable(entry: Entry, name: string): void {
  if (entry.isEncrypted()) throw new NotAZip(`${JSON.stringify(name)} is encrypted.`)
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
    throw new NotAZip(`${JSON.stringify(name)} has the compression method ${entry.compressionMethod}.`)
}

const TYPE_MASK = 0o170000
const REGULAR = 0o100000
const DIRECTORY = 0o040000
const LINK = 0o120000

function kindOf(entry: Entry, name: string): 'file' | 'directory' | 'link' {
  const type = unixMode(entry) & TYPE_MASK
  if (type === LINK) return 'link'
  if (type === DIRECTORY || name.endsWith('/')) return 'directory'
  if (type === 0 || type === REGULAR) return 'file'
  throw new UnsafeZip(`${JSON.stringify(name)} is a device, a pipe or a socket.`)
}

export const isExecutable = (entry: Entry): boolean => (unixMode(entry) & 0o111) !== 0

const UNIX = 3
const MACOS = 19

/** Zero when the archive was not made on a Unix. */
function unixMode(entry: Entry): number {
  const madeOn = entry.versionMadeBy >>> 8
  return madeOn === UNIX || madeOn === MACOS ? entry.externalFileAttributes >>> 16 : 0
}
