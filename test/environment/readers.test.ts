import { strict as assert } from 'node:assert'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { memoryLimitBytes, usedMemoryBytes } from '../../src/environment/cgroups/cgroup-memory.ts'
import { findHierarchies } from '../../src/environment/cgroups/hierarchies.ts'
import { availableIn } from '../../src/environment/host-memory.ts'
import { readFrames } from '../../src/environment/output-frames.ts'
import { readLines } from '../../src/environment/output-lines.ts'
import { RequestReader } from '../../src/environment/runtime-api/request-reader.ts'
import { exportScript } from '../../src/environment/sandbox/export-script.ts'
import { readSockets } from '../../src/environment/sandbox/socket-holder.ts'

/** What a reader makes of bytes that arrive in parts of this size. */
function readRequests(text: string, partSize: number, limit = 1000): string[] {
  const seen: string[] = []
  const reader = new RequestReader({
    begin: () => limit,
    end: ({ method, path, header }, body) =>
      seen.push(`${method} ${path} ${header('x-kind') ?? '-'} ${body ?? 'too large'}`),
    fail: (reason) => seen.push(reason),
  })
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += partSize) reader.read(bytes.subarray(at, at + partSize))
  return seen
}

const requests: { name: string; text: string; expected: string[] }[] = [
  { name: 'no body', text: 'GET /a HTTP/1.1\r\n\r\n', expected: ['GET /a - '] },
  {
    name: 'a body of known length, and a request behind it',
    text: 'POST /b HTTP/1.1\r\nX-Kind:  y \r\ncontent-length: 5\r\n\r\nhelloGET /c HTTP/1.1\r\n\r\n',
    expected: ['POST /b y hello', 'GET /c - '],
  },
  {
    name: 'an empty body',
    text: 'POST /b HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET /c HTTP/1.1\r\n\r\n',
    expected: ['POST /b - ', 'GET /c - '],
  },
  {
    name: 'chunks and trailers',
    text: 'POST /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nA: b\r\n\r\nGET /c HTTP/1.1\r\n\r\n',
    expected: ['POST /d - hello world', 'GET /c - '],
  },
  {
    name: 'bodies above the limit',
    text: `POST /e HTTP/1.1\r\nContent-Length: 2000\r\n\r\n${'x'.repeat(2000)}POST /f HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n${'x'.repeat(2000)}\r\n0\r\n\r\nGET /c HTTP/1.1\r\n\r\n`,
    expected: ['POST /e - too large', 'POST /f - too large', 'GET /c - '],
  },
  {
    name: 'both kinds of length',
    text: 'POST /g HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    expected: ['malformed'],
  },
  {
    name: 'a length that is no number',
    text: 'POST /g HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
    expected: ['malformed'],
  },
]

for (const { name, text, expected } of requests) {
  test(`requests with ${name} are read, however they arrive`, () => {
    for (const partSize of [1, 2, 3, 7, 50, 10_000])
      assert.deepEqual(readRequests(text, partSize), expected, `by ${partSize}`)
  })
}

test('a head without end is given up', () => {
  assert.deepEqual(readRequests('x'.repeat(200_000), 50_000)[0], 'head-too-large')
})

test('lines are records, and long ones are cut', async () => {
  const stream = new PassThrough()
  const lines: string[] = []
  const { flush } = readLines(stream, (line) => lines.push(line))
  const cent = Buffer.from('¢')
  for (const part of ['a\nb', 'c\n\nd', cent.subarray(0, 1), cent.subarray(1), `\n${'x'.repeat(600_000)}\nrest`])
    stream.write(part)
  await new Promise(setImmediate)
  flush()
  assert.deepEqual(lines.slice(0, 4), ['a', 'bc', '', 'd¢'])
  assert.deepEqual(
    lines.slice(4).map((line) => line.length),
    [262_144, 262_144, 75_712, 4],
  )
})

test('framed records may have several lines, and long ones are cut', async () => {
  const frame = (text: string) => {
    const header = Buffer.from('a55a0013000000000005f5e100000000', 'hex')
    header.writeUInt32BE(Buffer.byteLength(text), 4)
    return Buffer.concat([header, Buffer.from(text)])
  }
  const bytes = Buffer.concat([frame('one\ntwo'), frame('three\n'), frame('x'.repeat(300_000)), frame('¢')])
  for (const partSize of [1, 7, 1000, bytes.length]) {
    const stream = new PassThrough({ highWaterMark: 2 * bytes.length })
    const records: string[] = []
    readFrames(stream, (record) => records.push(record))
    for (let at = 0; at < bytes.length; at += partSize) stream.write(bytes.subarray(at, at + partSize))
    await new Promise((resolve) => stream.end(resolve))
    assert.deepEqual(records, ['one\ntwo', 'three', 'x'.repeat(262_144), 'x'.repeat(37_856), '¢'], `by ${partSize}`)
  }
})

test('what is no frame ends the reading', async () => {
  const stream = new PassThrough()
  const records: string[] = []
  readFrames(stream, (record) => records.push(record))
  stream.write('plain text of a program')
  await new Promise((resolve) => stream.once('close', resolve))
  assert.deepEqual(records, [])
})

test('the holders of sockets are read from the table of connections', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 0 0 10 -1
   2: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 65537        0 3 1 0 20 0 0 10 -1
   3: 0100007F:D432 0100007F:1F90 06 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 0 0 10 -1`
  assert.deepEqual(
    [...readSockets(table)],
    [
      ['0100007F 1F90', { user: 0, inode: '1' }],
      ['1F90 D431', { user: 0, inode: '2' }],
      ['D431 1F90', { user: 65537, inode: '3' }],
    ],
    'not one that has closed',
  )
})

test('variables reach the shell as they are', () => {
  const script = exportScript({ A: `it's $HOME "x"`, 'not a name': '1', EMPTY: '' })
  assert.equal(script, `export A='it'\\''s $HOME "x"'\nexport EMPTY=''\n`)
})

const machines: { name: string; mountinfo: string; selfCgroup: string; expected: string[] }[] = [
  {
    name: 'a machine with version 2 only',
    mountinfo: '35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate',
    selfCgroup: '0::/system.slice/lambent.service',
    expected: ['/sys/fs/cgroup/system.slice/lambent.service'],
  },
  {
    name: 'a hybrid machine',
    mountinfo: `30 24 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
31 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
32 24 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`,
    selfCgroup: '5:memory:/some/group\n4:cpu,cpuacct:/\n0::/x',
    expected: ['/sys/fs/cgroup/memory/some/group', '/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup/unified/x'],
  },
  {
    name: 'a container that sees a part of the tree',
    mountinfo: '30 24 0:26 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
    selfCgroup: '5:memory:/docker/abc/sub',
    expected: ['/sys/fs/cgroup/memory/sub'],
  },
]

for (const { name, mountinfo, selfCgroup, expected } of machines) {
  test(`our place among control groups is found on ${name}`, () => {
    assert.deepEqual(
      findHierarchies(mountinfo, selfCgroup).map(({ ownDirectory }) => ownDirectory),
      expected,
    )
  })
}

for (const { version, files, used, limit } of [
  {
    version: 1,
    files: {
      'memory.usage_in_bytes': '9000\n',
      'memory.stat': 'cache 1\ntotal_cache 5000\ntotal_shmem 1000\n',
      'memory.limit_in_bytes': '20000\n',
    },
    used: 5000,
    limit: 20_000,
  },
  {
    version: 2,
    files: { 'memory.current': '9000\n', 'memory.stat': 'anon 4000\nfile 4000\nshmem 1000\n', 'memory.max': 'max\n' },
    used: 6000,
    limit: Number.POSITIVE_INFINITY,
  },
] as const)
  test(`memory of a group of version ${version} is what it uses, without cached files`, async () => {
    const directory = await mkdtemp(`${tmpdir()}/lambent-group-`)
    try {
      for (const [name, text] of Object.entries(files)) await writeFile(`${directory}/${name}`, text)
      assert.equal(usedMemoryBytes({ version, directory }), used)
      assert.equal(memoryLimitBytes({ version, directory }), limit)
    } finally {
      await rm(directory, { recursive: true })
    }
  })

test('what the machine could give is read in KiB', () => {
  assert.equal(availableIn('MemTotal:       24684092 kB\nMemFree: 1 kB\nMemAvailable:    1024 kB\n'), 2 ** 20)
})
