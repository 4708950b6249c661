export interface TarEntry {
  readonly name: string
  readonly content?: string | Buffer
  readonly mode?: number
  /** Makes it a symbolic link to this. */
  readonly linkTo?: string
  /** Makes it neither file nor directory. */
  readonly kind?: 'character device' | 'pipe'
}

const KINDS = { 'character device': '3', pipe: '6' }

const BLOCK = 512

/** An archive of files, links and directories, whose names end in a slash; all belong to root. */
export const tarOf = (entries: readonly TarEntry[]): Buffer =>
  Buffer.concat([...entries.flatMap(entryBlocks), Buffer.alloc(2 * BLOCK)])

function entryBlocks({ name, content = '', mode, linkTo, kind }: TarEntry): Buffer[] {
  const isDirectory = name.endsWith('/')
  const bytes = Buffer.from(content)
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at)
  header.write(name, 0, 100)
  octal(mode ?? (isDirectory ? 0o755 : 0o644), 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(bytes.length, 124, 12)
  octal(0, 136, 12)
  header.write(kind !== undefined ? KINDS[kind] : linkTo !== undefined ? '2' : isDirectory ? '5' : '0', 156)
  header.write(linkTo ?? '', 157, 100)
  header.write('ustar\0', 257)
  header.write('00', 263)
  // Of a device: those of /dev/zero.
  if (kind === 'character device') for (const [index, number] of [1, 5].entries()) octal(number, 329 + 8 * index, 8)
  // The sum counts its own field as blanks.
  header.fill(' ', 148, 156)
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  )
  return [header, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]
}
