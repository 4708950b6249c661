import { chmodSync, createWriteStream, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { crc32, inflateRawSync } from 'node:zlib'
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from 'yauzl'
import { NotAZip, UnsafeZip, UnzippedTooLarge } from '../errors.ts'
import { makeDirectory } from './merge-directories.ts'
import { checkLink } from './package-path.ts'
import { isExecutable, planZip, STORED } from './zip-plan.ts'

const FILE_MODE = 0o644
const EXECUTABLE_MODE = 0o755
// Larger files are written as they are inflated, smaller ones in one piece, which is several times faster.
const SMALL_FILE_BYTES = 1024 * 1024
const MAXIMUM_LINK_BYTES = 4_095

/** Unpacks an archive into a directory that does not exist yet. Throws NotAZip, UnzippedTooLarge or UnsafeZip. */
export async function unpackZip(archive: Buffer, directory: string): Promise<void> {
  try {
    // Names are decoded by the plan, which is stricter; sizes are held to what the directory of the archive says.
    const zip = await fromBufferPromise(archive, { decodeStrings: false, validateEntrySizes: true })
    await unpackAll(zip, archive, directory)
  } catch (error) {
    throw isAboutContent(error) ? error : new NotAZip('The archive cannot be read.', { cause: error })
  }
}

/** What the files of an archive that was unpacked before take. */
export async function measureZip(file: string): Promise<number> {
  const zip = await openPromise(file, { decodeStrings: false })
  try {
    return (await planZip(zip)).unzippedBytes
  } finally {
    zip.close()
  }
}

async function unpackAll(zip: ZipFile, archive: Buffer, directory: string): Promise<void> {
  const plan = await planZip(zip)
  const links = new Map<string, string>()
  for (const [path, entry] of plan.links) links.set(path, await readLink(zip, archive, entry))
  for (const path of links.keys()) checkLink(path, links)

  makeDirectory(directory)
  for (const path of [...plan.directories].sort()) makeDirectory(join(directory, path))
  for (const [path, entry] of plan.files) await unpackFile(zip, archive, entry, join(directory, path))
  // Last, so that no file can be written through one.
  for (const [path, target] of links) symlinkSync(target, join(directory, path))
}

async function readLink(zip: ZipFile, archive: Buffer, entry: Entry): Promise<string> {
  if (entry.uncompressedSize > MAXIMUM_LINK_BYTES) throw new UnsafeZip('The target of a symbolic link is too long.')
  const target = (await readEntry(zip, archive, entry)).toString()
  if (target === '' || target.includes('\0')) throw new UnsafeZip('The target of a symbolic link is not a path.')
  return target
}

async function unpackFile(zip: ZipFile, archive: Buffer, entry: Entry, path: string): Promise<void> {
  if (entry.uncompressedSize > SMALL_FILE_BYTES) await streamEntry(zip, entry, path)
  else writeFileSync(path, await readEntry(zip, archive, entry), { flag: 'wx' })
  // Set apart from the creation, where the umask would take bits away.
  chmodSync(path, isExecutable(entry) ? EXECUTABLE_MODE : FILE_MODE)
}

async function readEntry(zip: ZipFile, archive: Buffer, entry: Entry): Promise<Buffer> {
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true })
  const data = archive.subarray(fileDataStart, fileDataStart + entry.compressedSize)
  const isStored = entry.compressionMethod === STORED
  const content = isStored ? data : inflateRawSync(data, { maxOutputLength: Math.max(1, entry.uncompressedSize) })
  if (content.length !== entry.uncompressedSize)
    throw new NotAZip('A file in the archive has another size than declared.')
  checkSum(crc32(content), entry)
  return content
}

async function streamEntry(zip: ZipFile, entry: Entry, path: string): Promise<void> {
  let sum = 0
  const content = await zip.openReadStreamPromise(entry)
  const summed = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      sum = crc32(chunk, sum)
      yield chunk
    }
  }
  await pipeline(content, summed, createWriteStream(path, { flags: 'wx' }))
  checkSum(sum, entry)
}

function checkSum(sum: number, entry: Entry): void {
  if (sum !== entry.crc32) throw new NotAZip('The checksum of a file in the archive is wrong.')
}

/** Also what the disk has to say: a full one does not make the archive a bad one. */
function isAboutContent(error: unknown): boolean {
  return (
    error instanceof NotAZip || error instanceof UnsafeZip || error instanceof UnzippedTooLarge || isSystemError(error)
  )
}

const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error
