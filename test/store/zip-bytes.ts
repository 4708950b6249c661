import { crc32, deflateRawSync } from 'node:zlib'

/** One entry of a hand-made archive; what is left out is as an honest archiver would write it. */
export interface ZipEntry {
  readonly name: string
  readonly content?: Buffer | string
  /** Unix mode with the file type; undefined for an archive made elsewhere. */
  readonly mode?: number
  readonly method?: 0 | 8 | 12
  readonly flags?: number
  readonly declaredSize?: number
  readonly declaredCrc?: number
}

export function zipBytes(entries: readonly ZipEntry[], claimedCount = entries.length): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '')
    const data = entry.method === 8 ? deflateRawSync(content) : content
    const name = Buffer.from(entry.name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(entry.flags ?? 0x800, 2)
    common.writeUInt16LE(entry.method ?? 0, 4)
    common.writeUInt32LE(entry.declaredCrc ?? crc32(content), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(entry.declaredSize ?? content.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, data])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 6)
    tail.writeUInt32LE(offset, 10)
    const madeBy = Buffer.from([20, entry.mode === undefined ? 0 : 3])
    centrals.push(Buffer.concat([Buffer.from('PK\x01\x02'), madeBy, common, tail, name]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(centrals)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(claimedCount & 0xffff, 4)
  end.writeUInt16LE(claimedCount & 0xffff, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end])
}
