import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

const functions = join(import.meta.dirname, '../functions')

/** The zip of a function of this folder; each `comment` makes a package of its own. */
export function zipOfFunction(name: string, comment = ''): Buffer {
  const folder = join(functions, name)
  const files = readdirSync(folder).filter((file) => file.startsWith('index.'))
  return zipOf(
    files.map((file) => [file, readFileSync(join(folder, file))]),
    comment,
  )
}

/** Files stored without compression. */
function zipOf(files: readonly (readonly [string, Buffer])[], comment: string): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [file, data] of files) {
    const name = Buffer.from(file)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(data.length, 18)
    common.writeUInt16LE(name.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(0o100644 * 0x10000, 6) // a regular file
    tail.writeUInt32LE(offset, 10)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, data])
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), common, tail, name]))
    locals.push(local)
    offset += local.length
  }
  const entries = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(directory.length, 4)
  end.writeUInt16LE(directory.length, 6)
  end.writeUInt32LE(entries.length, 8)
  end.writeUInt32LE(offset, 12)
  end.writeUInt16LE(comment.length, 16)
  return Buffer.concat([...locals, entries, Buffer.from('PK\x05\x06'), end, Buffer.from(comment, 'latin1')])
}
