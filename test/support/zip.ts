import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipEntry {
  readonly name: string
  readonly content: string | Buffer
  /** As `st_mode`: a regular file unless it says otherwise. */
  readonly mode?: number
  readonly isDeflated?: boolean
}

export const SYMBOLIC_LINK = 0o120777

/** A zip of the given files, stored without compression. */
export const zipOf = (files: Readonly<Record<string, string | Buffer>>): Buffer =>
  zipOfEntries(Object.entries(files).map(([name, content]) => ({ name, content })))

/** Everything in a directory, with the modes of its files. */
export function zipOfDirectory(directory: string): Buffer {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => statSync(join(directory, name)).isFile())
  return zipOfEntries(
    files.map((name) => ({
      name,
      content: readFileSync(join(directory, name)),
      mode: statSync(join(directory, name)).mode,
      isDeflated: true,
    })),
  )
}

/** A zip of exactly these entries, also of those that no tool would make. */
export function zipOfEntries(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, mode = 0o100644, isDeflated = false } of entries) {
    const [nameBytes, bytes] = [Buffer.from(name), Buffer.from(content)]
    const data = isDeflated ? deflateRawSync(bytes) : bytes
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x0800, 2) // names are UTF-8
    common.writeUInt16LE(isDeflated ? 8 : 0, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(nameBytes.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, nameBytes, data])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(mode * 0x10000, 6)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), common, tail, nameBytes]))
    locals.push(local)
    offset += local.length
  }
  const index = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(directory.length, 4)
  end.writeUInt16LE(directory.length, 6)
  end.writeUInt32LE(index.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, index, Buffer.from('PK\x05\x06'), end])
}

const fixtures = join(import.meta.dirname, '../fixtures/functions')

/** The zip of a fixture function, by the name of its folder. */
export function zipOfFixture(name: string): Buffer {
  const folder = join(fixtures, name)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    statSync(join(folder, file)).isFile(),
  )
  return zipOf(Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file))])))
}
