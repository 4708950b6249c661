import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { access, mkdir, readdir, readFile, readlink, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { type Clock, systemClock } from '#base'
import { NotAZip, UnsafeZip, UnzippedTooLarge } from '#store'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'
import { type ZipEntry, zipBytes } from './zip-bytes.ts'

const FILE = 0o100644
const PROGRAM = 0o100755
const LINK = 0o120777
const DIRECTORY = 0o040755
const MIB = 1024 * 1024

const handler: ZipEntry = { name: 'index.js', content: 'exports.handler = async () => 1', method: 8, mode: FILE }

test('a package is named by the SHA-256 of its zip, read back as it was, and unpacked', async (t) => {
  const { code } = await temporaryStore(t)
  const zip = zipBytes([handler])
  const kept = await code.put(zip)
  assert.deepEqual(kept, { sha256: createHash('sha256').update(zip).digest('base64'), size: zip.length })
  const stream = await code.read(kept.sha256)
  assert.ok(stream)
  assert.deepEqual(await buffer(stream), zip)
  const directory = await code.unpacked(kept.sha256)
  assert.equal(await readFile(join(directory, 'index.js'), 'utf8'), handler.content)
})

test('files keep their executable bit and nothing else of their mode, whatever the umask', async (t) => {
  const { code } = await temporaryStore(t)
  const umask = process.umask(0o077)
  t.after(() => process.umask(umask))
  const { sha256 } = await code.put(
    zipBytes([
      { name: 'bin/', mode: 0o040700 },
      { name: 'bin/run', mode: 0o104711, content: 'x' },
      { name: 'secret', mode: 0o100600, content: 'x' },
      { name: 'from-elsewhere', content: 'x' },
      { name: 'lib/deep/module.py', mode: 0o100640, content: 'x' },
    ]),
  )
  const directory = await code.unpacked(sha256)
  const modeOf = async (path: string) => (await stat(join(directory, path))).mode & 0o7777
  for (const path of ['', 'bin', 'bin/run', 'lib', 'lib/deep']) assert.equal(await modeOf(path), 0o755, path)
  for (const path of ['secret', 'from-elsewhere', 'lib/deep/module.py']) assert.equal(await modeOf(path), 0o644, path)
})

test('symbolic links that stay inside are kept', async (t) => {
  const { code } = await temporaryStore(t)
  const { sha256 } = await code.put(
    zipBytes([
      { name: 'lib/a.so.1', content: 'x' },
      { name: 'lib/a.so', content: 'a.so.1', mode: LINK },
      { name: 'current', content: './lib', mode: LINK },
      { name: 'lib/up', content: '../lib/../lib/a.so', mode: LINK },
      { name: 'dangling', content: 'nowhere/at/all', mode: LINK },
    ]),
  )
  const directory = await code.unpacked(sha256)
  assert.equal(await readFile(join(directory, 'current/up'), 'utf8'), 'x')
  assert.equal(await readlink(join(directory, 'dangling')), 'nowhere/at/all')
})

const accepted: readonly { what: string; entries: ZipEntry[]; finds: Readonly<Record<string, string>> }[] = [
  { what: 'an empty archive', entries: [], finds: {} },
  { what: 'an empty file', entries: [{ name: 'empty', method: 8 }], finds: { empty: '' } },
  {
    what: 'a name that comes twice, of which the last counts',
    entries: [
      { name: 'a', content: 'first' },
      { name: './a', content: 'second' },
    ],
    finds: { a: 'second' },
  },
  { what: 'paths with empty and dot parts', entries: [{ name: './a//b/./c', content: 'x' }], finds: { 'a/b/c': 'x' } },
  {
    what: 'a directory that is named after its content',
    entries: [
      { name: 'd/f', content: 'x' },
      { name: 'd/', mode: DIRECTORY },
    ],
    finds: { 'd/f': 'x' },
  },
  {
    what: 'names outside ASCII',
    entries: [{ name: 'grüße/日本.txt', content: 'x' }],
    finds: { 'grüße/日本.txt': 'x' },
  },
  { what: 'a name with two dots in it', entries: [{ name: 'a..b/..c', content: 'x' }], finds: { 'a..b/..c': 'x' } },
  {
    what: 'a file larger than what is written in one piece',
    entries: [{ name: 'large', content: Buffer.alloc(3 * MIB, 'lambda '), method: 8 }],
    finds: { large: Buffer.alloc(3 * MIB, 'lambda ').toString() },
  },
]

for (const { what, entries, finds } of accepted)
  test(`unpacked is ${what}`, async (t) => {
    const { code } = await temporaryStore(t)
    const directory = await code.unpacked((await code.put(zipBytes(entries))).sha256)
    for (const [path, content] of Object.entries(finds))
      assert.equal(await readFile(join(directory, path), 'utf8'), content)
    assert.equal((await readdir(directory)).length, Object.keys(finds).length)
  })

const tooMany = zipBytes([handler], 0xffff)
const truncated = zipBytes([handler]).subarray(0, -30)
const cutInside = Buffer.concat([zipBytes([handler]).subarray(0, 40), zipBytes([handler]).subarray(-22)])
const bomb = { name: 'zeros', content: Buffer.alloc(2 * MIB), method: 8 } as const

const refused: readonly {
  what: string
  zip: Buffer
  as: typeof NotAZip | typeof UnsafeZip | typeof UnzippedTooLarge
}[] = [
  { what: 'what is no archive', zip: Buffer.from('not a zip'), as: NotAZip },
  { what: 'nothing', zip: Buffer.alloc(0), as: NotAZip },
  { what: 'an archive cut off at its end', zip: truncated, as: NotAZip },
  { what: 'an archive cut out in the middle', zip: cutInside, as: NotAZip },
  { what: 'fewer entries than it claims', zip: tooMany, as: NotAZip },
  { what: 'an encrypted file', zip: zipBytes([{ ...handler, flags: 0x801 }]), as: NotAZip },
  { what: 'an unusual compression method', zip: zipBytes([{ ...handler, method: 12 }]), as: NotAZip },
  { what: 'a wrong checksum', zip: zipBytes([{ ...handler, declaredCrc: 1 }]), as: NotAZip },
  { what: 'a wrong checksum of a large file', zip: zipBytes([{ ...bomb, declaredCrc: 1 }]), as: NotAZip },
  {
    what: 'a file that inflates to more than it declares',
    zip: zipBytes([{ ...bomb, declaredSize: 10 }]),
    as: NotAZip,
  },
  {
    what: 'a large file that inflates to more than it declares',
    zip: zipBytes([{ ...bomb, declaredSize: MIB + 1 }]),
    as: NotAZip,
  },
  {
    what: 'a file that declares too much',
    zip: zipBytes([{ ...handler, declaredSize: 262_144_001 }]),
    as: UnzippedTooLarge,
  },
  {
    what: 'files that together declare too much',
    zip: zipBytes(['a', 'b'].map((name) => ({ ...handler, name, declaredSize: 131_072_001 }))),
    as: UnzippedTooLarge,
  },
  ...[
    '../evil',
    'a/../../evil',
    '..',
    '/etc/passwd',
    'C:/evil',
    'c:evil',
    '..\\evil',
    'a\\b',
    'nul\0l',
    'x'.repeat(256),
    '',
  ].map((name) => ({
    what: `the name ${JSON.stringify(name).slice(0, 40)}`,
    zip: zipBytes([{ name, content: 'x' }]),
    as: UnsafeZip,
  })),
  ...['/etc', '..', '../..', 'a/../../b', './../x', ''].map((target) => ({
    what: `a link to ${JSON.stringify(target)}`,
    zip: zipBytes([{ name: 'link', content: target, mode: LINK }]),
    as: UnsafeZip,
  })),
  {
    what: 'a link that leaves through another link',
    zip: zipBytes([
      { name: 'here', content: '.', mode: LINK },
      { name: 'out', content: 'here/../x', mode: LINK },
    ]),
    as: UnsafeZip,
  },
  {
    what: 'links in a circle',
    zip: zipBytes([
      { name: 'a', content: 'b', mode: LINK },
      { name: 'b', content: 'a', mode: LINK },
    ]),
    as: UnsafeZip,
  },
  {
    what: 'a file below a link',
    zip: zipBytes([
      { name: 'd', content: 'e', mode: LINK },
      { name: 'd/f', content: 'x' },
    ]),
    as: UnsafeZip,
  },
  {
    what: 'a file below a file',
    zip: zipBytes([
      { name: 'd', content: 'x' },
      { name: 'd/f', content: 'x' },
    ]),
    as: UnsafeZip,
  },
  ...[
    ['a device', 0o020644],
    ['a block device', 0o060644],
    ['a pipe', 0o010644],
    ['a socket', 0o140644],
  ].map(([what, mode]) => ({
    what: String(what),
    zip: zipBytes([{ name: 'x', mode: Number(mode) }]),
    as: UnsafeZip,
  })),
]

for (const { what, zip, as } of refused)
  test(`refused is ${what}`, async (t) => {
    const dataDirectory = await temporaryDirectory(t)
    const { code } = await temporaryStore(t, { dataDirectory })
    await assert.rejects(code.put(zip), as)
    assert.deepEqual(await readdir(join(dataDirectory, 'code/zips')), [])
    assert.deepEqual(await readdir(join(dataDirectory, 'code/temporary')), [])
    await assert.rejects(access(join(dataDirectory, 'evil')))
  })

test('the same package put many times at once is kept once', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const { code } = await temporaryStore(t, { dataDirectory })
  const zip = zipBytes([handler])
  const packages = await Promise.all(Array.from({ length: 10 }, () => code.put(zip)))
  assert.equal(new Set(packages.map(({ sha256 }) => sha256)).size, 1)
  assert.equal((await readdir(join(dataDirectory, 'code/zips'))).length, 1)
  const directory = await code.unpacked(packages[0]?.sha256 ?? '')
  const { ino } = await stat(directory)
  await code.put(zip)
  assert.equal((await stat(directory)).ino, ino)
})

test('a directory that is missing is unpacked again, once for all that ask', async (t) => {
  const { code } = await temporaryStore(t)
  const { sha256 } = await code.put(zipBytes([handler, { name: 'run', mode: PROGRAM, content: 'x' }]))
  await rm(await code.unpacked(sha256), { recursive: true })
  const directories = await Promise.all(Array.from({ length: 5 }, () => code.unpacked(sha256)))
  assert.equal(new Set(directories).size, 1)
  assert.deepEqual((await readdir(directories[0] ?? '')).sort(), ['index.js', 'run'])
})

test('directories of an earlier boot of the machine are not trusted, those of this one are', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const first = await temporaryStore(t, { dataDirectory })
  const { sha256 } = await first.code.put(zipBytes([handler]))
  const directory = await first.code.unpacked(sha256)
  await first.close()
  const second = await temporaryStore(t, { dataDirectory })
  await access(directory)
  await second.close()

  await rm(join(dataDirectory, 'code/unpacked/.boot-id'))
  const third = await temporaryStore(t, { dataDirectory })
  await assert.rejects(access(directory))
  assert.equal(await third.code.unpacked(sha256), directory)
  await access(directory)
})

test('a package that is not there cannot be read or unpacked', async (t) => {
  const { code } = await temporaryStore(t)
  const sha256 = createHash('sha256').update('nothing').digest('base64')
  assert.equal(await code.read(sha256), undefined)
  await assert.rejects(code.unpacked(sha256))
})

test('collecting removes what nobody uses, but not what was put within the hour', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  let nowMs = Date.now()
  const clock: Clock = { ...systemClock, now: () => nowMs }
  const { code } = await temporaryStore(t, { dataDirectory, clock })
  const used = await code.put(zipBytes([handler]))
  const unused = await code.put(zipBytes([{ ...handler, name: 'other.js' }]))
  await code.collect(new Set([used.sha256]))
  assert.ok(await code.read(unused.sha256).then((stream) => stream?.destroy()))

  nowMs += 2 * 3_600_000 + 1
  await mkdir(join(dataDirectory, 'code/unpacked', '0'.repeat(64)))
  await code.collect(new Set([used.sha256]))
  assert.equal(await code.read(unused.sha256), undefined)
  assert.ok(await code.read(used.sha256).then((stream) => stream?.destroy()))
  assert.equal((await readdir(join(dataDirectory, 'code/unpacked'))).length, 2, 'one package and the note of the boot')
})

test('a package that falls out of use stays for longer than an invocation, whenever it is next collected', async (t) => {
  let nowMs = Date.now()
  const clock: Clock = { ...systemClock, now: () => nowMs }
  const { code } = await temporaryStore(t, { clock })
  const { sha256 } = await code.put(zipBytes([handler]))
  await code.collect(new Set([sha256]))
  // It was in use until just now.
  nowMs += 3_600_001
  await code.collect(new Set())
  assert.ok(await code.read(sha256).then((stream) => stream?.destroy()))
})
