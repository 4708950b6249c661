import assert from 'node:assert/strict'
import { appendFile, readdir, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Clock, systemClock } from '#base'
import { InvalidCursor, type LogEvent, type LogStore, type Store } from '#store'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

const group = '/aws/lambda/echo'
const streamName = '2025/11/22/[$LATEST]0123456789abcdef0123456789abcdef'

/** Later than every timestamp of these tests. */
const clock: Clock = { ...systemClock, now: () => 2_000_000 }

const messages = (events: readonly LogEvent[] | undefined): string[] => (events ?? []).map(({ message }) => message)

function append(logs: LogStore, stream: string, records: Readonly<Record<string, number>>, to = group): void {
  const sink = logs.openStream(to, stream)
  for (const [message, timestampMs] of Object.entries(records)) sink.append(timestampMs, message)
}

async function filterAll(
  logs: LogStore,
  options: { limit: number; startMs?: number; endMs?: number; prefix?: string; streams?: string[] },
) {
  const events: LogEvent[] = []
  for (let token: string | undefined; ; ) {
    const page = await logs.filterEvents(group, { ...options, token })
    events.push(...(page?.events ?? []))
    token = page?.nextToken
    if (token === undefined) return events
  }
}

async function reopen(t: TestContext, store: Store, dataDirectory: string): Promise<Store> {
  await store.close()
  return temporaryStore(t, { dataDirectory, clock })
}

test('records are read as they were appended, at once and after a restart', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory, clock })
  append(store.logs, streamName, { 'grüße\n': 1_000, '{"a":1}\r': 1_001, '': 1_001, '日本 \ud800': 1_002 })
  const page = await store.logs.readEvents(group, streamName, { limit: 10 })
  assert.deepEqual(messages(page?.events), ['grüße\n', '{"a":1}\r', '', '日本 \ud800'])
  assert.deepEqual(
    page?.events.map(({ timestampMs }) => timestampMs),
    [1_000, 1_001, 1_001, 1_002],
  )
  const { logs } = await reopen(t, store, dataDirectory)
  assert.deepEqual((await logs.readEvents(group, streamName, { limit: 10 }))?.events, page?.events)
})

test('a stream that nothing was appended to does not exist', async (t) => {
  const { logs } = await temporaryStore(t, { clock })
  await logs.openStream(group, streamName).close()
  assert.deepEqual(await logs.listGroups({ limit: 10 }), { items: [] })
  assert.equal(await logs.readEvents(group, streamName, { limit: 1 }), undefined)
  assert.equal(await logs.listStreams(group, { limit: 1, orderBy: 'name' }), undefined)
  assert.equal(await logs.filterEvents(group, { limit: 1 }), undefined)
  assert.equal(await logs.deleteGroup(group), false)
})

test('after closing, appending is ignored', async (t) => {
  const { logs } = await temporaryStore(t, { clock })
  const sink = logs.openStream(group, streamName)
  sink.append(1_000, 'before')
  await sink.close()
  sink.append(1_000, 'after')
  assert.deepEqual(messages((await logs.readEvents(group, streamName, { limit: 10 }))?.events), ['before'])
})

test('a record that claims an earlier time than the one before it, or a future one, gets the nearest that fits', async (t) => {
  const { logs } = await temporaryStore(t, { clock })
  append(logs, streamName, { a: 1_000, b: 999, c: 9_000_000, d: 1_000 })
  const page = await logs.readEvents(group, streamName, { limit: 10 })
  assert.deepEqual(
    page?.events.map(({ timestampMs }) => timestampMs),
    [1_000, 1_000, 2_000_000, 2_000_000],
  )
})

test('a message is cut at 256 KiB', async (t) => {
  const { logs } = await temporaryStore(t, { clock })
  append(logs, streamName, { [`é${'x'.repeat(300_000)}`]: 1_000, [`${'日'.repeat(80_000)}`]: 1_000 })
  const page = await logs.readEvents(group, streamName, { limit: 10 })
  assert.deepEqual(
    page?.events.map(({ message }) => Buffer.byteLength(message)),
    [262_144, 240_000],
  )
})

test('a stream is paged forwards, and the token at its end finds what is appended later', async (t) => {
  const { logs } = await temporaryStore(t, { clock })
  append(logs, streamName, { a: 1, b: 2, c: 3, d: 4, e: 5 })
  const read = (token?: string) => logs.readEvents(group, streamName, { limit: 2, fromHead: true, token })
  const first = await read()
  const second = await read(first?.nextForwardToken)
  const third = await read(second?.nextForwardToken)
  assert.deepEqual(
    [first, second, third].map((page) => messages(page?.events)),
    [['a', 'b'], ['c', 'd'], ['e']],
  )
  const end = await read(third?.nextForwardToken)
  assert.deepEqual(messages(end?.events), [])
  assert.equal(end?.nextForwardToken, third?.nextForwardToken)
  append(logs, streamName, { f: 6 })
  assert.deepEqual(messages((await read(end?.nextForwardToken))?.events), ['f'])
  assert.deepEqual(messages((await read(second?.nextBackwardToken))?.events), ['a', 'b'])
})

test('a stream is paged backwards from its end', async (t) => {
  const { logs } = await temporaryStore(t, { clock })
  append(logs, streamName, { a: 1, b: 2, c: 3, d: 4, e: 5 })
  const read = (token?: string) => logs.readEvents(group, streamName, { limit: 2, token })
  const last = await read()
  const middle = await read(last?.nextBackwardToken)
  const first = await read(middle?.nextBackwardToken)
  assert.deepEqual(
    [last, middle, first].map((page) => messages(page?.events)),
    [['d', 'e'], ['b', 'c'], ['a']],
  )
  const start = await read(first?.nextBackwardToken)
  assert.deepEqual(messages(start?.events), [])
  assert.equal(start?.nextBackwardToken, first?.nextBackwardToken)
  assert.deepEqual(messages((await read(middle?.nextForwardToken))?.events), ['d', 'e'])
})

test('a time range includes its start and excludes its end, in both directions', async (t) => {
  const { logs } = await temporaryStore(t, { clock })
  append(logs, streamName, { a: 1, b: 2, c: 3, d: 4, e: 5 })
  for (const fromHead of [true, false]) {
    const page = await logs.readEvents(group, streamName, { limit: 10, fromHead, startMs: 2, endMs: 5 })
    assert.deepEqual(messages(page?.events), ['b', 'c', 'd'])
  }
  assert.deepEqual(messages(await filterAll(logs, { limit: 10, startMs: 2, endMs: 5 })), ['b', 'c', 'd'])
})

for (const token of ['', 'f', 'x/1/s', 'f/x/s', 'f/-1/s', `f/${'9'.repeat(56)}/s`])
  test(`the token ${JSON.stringify(token)} is refused`, async (t) => {
    const { logs } = await temporaryStore(t, { clock })
    append(logs, streamName, { a: 1 })
    await assert.rejects(logs.readEvents(group, streamName, { limit: 1, token }), InvalidCursor)
    await assert.rejects(logs.filterEvents(group, { limit: 1, token }), InvalidCursor)
  })

test('a page ends before it grows too large', async (t) => {
  const { logs } = await temporaryStore(t, { clock })
  const sink = logs.openStream(group, streamName)
  for (let i = 0; i < 15; i++) sink.append(i, String(i).padEnd(200_000))
  const page = await logs.readEvents(group, streamName, { limit: 100, fromHead: true })
  assert.equal(page?.events.length, 5)
  assert.equal((await filterAll(logs, { limit: 100 })).length, 15)
})

test('streams are merged by time with unique ids in order, whatever the size of a page', async (t) => {
  const { logs } = await temporaryStore(t, { clock })
  for (let stream = 0; stream < 7; stream++) {
    const sink = logs.openStream(group, `stream-${stream}`)
    for (let i = 0; i < 40; i++) sink.append(Math.floor((i * (stream + 1)) / 5), `${stream}/${i}`)
  }
  const whole = await filterAll(logs, { limit: 1_000 })
  assert.equal(new Set(messages(whole)).size, 280)
  assert.deepEqual(
    whole,
    whole.toSorted((a, b) => a.timestampMs - b.timestampMs),
  )
  const ids = whole.map(({ id }) => id)
  assert.deepEqual(ids, [...new Set(ids)].sort())
  assert.ok(ids.every((id) => /^\d{56}$/.test(id)))
  for (const limit of [1, 3, 50]) assert.deepEqual(await filterAll(logs, { limit }), whole)
})

test('streams can be chosen by name and by prefix, messages by what they say', async (t) => {
  const { logs } = await temporaryStore(t, { clock })
  append(logs, 'x/1', { a: 1 })
  append(logs, 'x/2', { b: 2 })
  append(logs, 'y/1', { c: 3 })
  assert.deepEqual(messages(await filterAll(logs, { limit: 10, prefix: 'x/' })), ['a', 'b'])
  assert.deepEqual(messages(await filterAll(logs, { limit: 10, streams: ['y/1', 'x/1', 'none'] })), ['a', 'c'])
  const page = await logs.filterEvents(group, { limit: 10, matches: (message) => message > 'a' })
  assert.deepEqual(messages(page?.events), ['b', 'c'])
})

test('following a group from the last time seen finds each event once by its id', async (t) => {
  const { logs } = await temporaryStore(t, { clock })
  const sinks = ['one', 'two'].map((name) => logs.openStream(group, name))
  const seen = new Set<string>()
  let startMs = 0
  for (let round = 0; round < 20; round++) {
    for (const sink of sinks) sink.append(round >> 1, `round ${round}`)
    for (const event of await filterAll(logs, { limit: 3, startMs })) {
      seen.add(event.id)
      startMs = event.timestampMs
    }
  }
  assert.equal(seen.size, 40)
})

test('groups are listed by name with their size, and deleted with all their streams', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const { logs } = await temporaryStore(t, { dataDirectory, clock })
  for (const name of ['/b', '/aws/lambda/b', '/aws/lambda/a', '..', '.']) append(logs, 's', { hello: 1 }, name)
  const first = await logs.listGroups({ limit: 1, prefix: '/aws/' })
  assert.deepEqual(
    first.items.map(({ name, createdMs }) => [name, createdMs]),
    [['/aws/lambda/a', 2_000_000]],
  )
  const second = await logs.listGroups({ limit: 1, prefix: '/aws/', after: first.next })
  assert.deepEqual(
    second.items.map(({ name }) => name),
    ['/aws/lambda/b'],
  )
  assert.equal(second.next, undefined)
  await assert.rejects(logs.listGroups({ limit: 1, after: 'nonsense' }), InvalidCursor)
  assert.equal((await readdir(join(dataDirectory, 'logs'))).length, 5)

  assert.ok((first.items[0]?.storedBytes ?? 0) > 0)
  assert.equal(await logs.deleteGroup('/aws/lambda/a'), true)
  assert.equal(await logs.deleteGroup('..'), true)
  assert.deepEqual(
    (await logs.listGroups({ limit: 10 })).items.map(({ name }) => name),
    ['.', '/aws/lambda/b', '/b'],
  )
  append(logs, 's', { again: 2 }, '/aws/lambda/a')
  assert.deepEqual(messages((await logs.readEvents('/aws/lambda/a', 's', { limit: 5 }))?.events), ['again'])
})

test('streams are listed by name or by last event, either way round, in pages', async (t) => {
  const { logs } = await temporaryStore(t, { clock })
  append(logs, 'b', { first: 10, last: 40 })
  append(logs, 'a', { only: 30 })
  append(logs, 'c', { only: 20 })
  append(logs, 'ab', { only: 30 })
  const cases = [
    [{ orderBy: 'name' }, 'a ab b c'],
    [{ orderBy: 'name', descending: true }, 'c b ab a'],
    [{ orderBy: 'lastEventTime' }, 'c a ab b'],
    [{ orderBy: 'lastEventTime', descending: true }, 'b ab a c'],
    [{ orderBy: 'name', prefix: 'a' }, 'a ab'],
  ] as const
  for (const [options, expected] of cases) {
    const names: string[] = []
    for (let after: string | undefined; ; ) {
      const page = await logs.listStreams(group, { ...options, limit: 1, after })
      names.push(...(page?.items.map(({ name }) => name) ?? []))
      after = page?.next
      if (after === undefined) break
    }
    assert.equal(names.join(' '), expected)
  }
  const page = await logs.listStreams(group, { orderBy: 'name', prefix: 'b', limit: 5 })
  const [b] = page?.items ?? []
  assert.deepEqual([b?.firstEventMs, b?.lastEventMs, b?.lastIngestionMs, b?.createdMs], [10, 40, 2_000_000, 2_000_000])
})

test('names that are no file names are kept apart', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory, clock })
  const names = [
    'a/b',
    'a%2Fb',
    '../../../evil',
    'x'.repeat(512),
    `${'x'.repeat(511)}y`,
    '日'.repeat(200),
    'A\0B',
    '.',
    '..',
  ]
  for (const name of names) append(store.logs, name, { [`of ${name}`]: 1 })
  const { logs } = await reopen(t, store, dataDirectory)
  for (const name of names)
    assert.deepEqual(messages((await logs.readEvents(group, name, { limit: 5 }))?.events), [`of ${name}`])
  assert.equal((await logs.listStreams(group, { orderBy: 'name', limit: 50 }))?.items.length, names.length)
})

const small = { maximumGroupBytes: 40_000, maximumSegmentBytes: 5_000 }

test('a group that grows too large loses its oldest streams first', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const { logs } = await temporaryStore(t, { dataDirectory, clock, logLimits: small })
  for (let i = 0; i < 12; i++) {
    const sink = logs.openStream(group, `stream-${String(i).padStart(2, '0')}`)
    for (let j = 0; j < 5; j++) sink.append(i * 10 + j, 'x'.repeat(1_000))
    await sink.close()
  }
  const names = (await logs.listStreams(group, { orderBy: 'name', limit: 50 }))?.items.map(({ name }) => name) ?? []
  assert.ok(names.length >= 5 && names.length < 9, `${names.length} streams are left`)
  assert.equal(names[0], `stream-${String(12 - names.length).padStart(2, '0')}`)
  assert.equal(names.at(-1), 'stream-11')
  const [found] = (await logs.listGroups({ limit: 1 })).items
  assert.ok(found && found.storedBytes <= small.maximumGroupBytes)
  const files = await readdir(join(dataDirectory, 'logs'), { recursive: true })
  const sizes = await Promise.all(files.map((file) => stat(join(dataDirectory, 'logs', file))))
  const onDisk = sizes.filter((file) => file.isFile()).reduce((sum, { size }) => sum + size, 0)
  assert.equal(onDisk, found.storedBytes)
})

test('one large stream loses its oldest records, and its places and ids stay valid over files and restarts', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory, clock, logLimits: small })
  const sink = store.logs.openStream(group, 's')
  let token: string | undefined
  const ids = new Map<string, string>()
  for (let i = 0; i < 100; i++) {
    sink.append(i, `record ${i} `.padEnd(1_000, '.'))
    const page = await store.logs.readEvents(group, 's', { limit: 10, fromHead: true, token })
    assert.deepEqual(
      messages(page?.events).map((message) => message.trim().split(' ')[1]),
      [String(i)],
    )
    token = page?.nextForwardToken
    for (const { id, message } of page?.events ?? []) ids.set(message, id)
  }
  const { logs } = await reopen(t, store, dataDirectory)
  const left = await filterAll(logs, { limit: 7 })
  assert.ok(left.length >= 20 && left.length < 45, `${left.length} records are left`)
  for (const { id, message } of left) assert.equal(id, ids.get(message))
  append(logs, 's', { 'after the restart': 200 })
  const next = await logs.readEvents(group, 's', { limit: 10, token })
  assert.deepEqual(messages(next?.events), ['after the restart'])
  const newest = await logs.readEvents(group, 's', { limit: 15 })
  assert.equal(newest?.events.length, 15)
})

test('all groups together stay below their limit, and the number of streams of one too', async (t) => {
  const logLimits = { maximumTotalBytes: 20_000, maximumGroupStreams: 10 }
  const { logs } = await temporaryStore(t, { clock, logLimits })
  for (let i = 0; i < 30; i++) append(logs, 's', { [`${i}`.padEnd(1_000)]: i }, `group-${String(i).padStart(2, '0')}`)
  const groups = (await logs.listGroups({ limit: 100 })).items.filter(({ storedBytes }) => storedBytes > 0)
  assert.ok(groups.length >= 10 && groups.length < 20, `${groups.length} groups hold something`)
  assert.equal(groups.at(-1)?.name, 'group-29')
  for (let i = 0; i < 30; i++) append(logs, `stream-${i}`, { x: 100 + i })
  assert.ok(((await logs.listStreams(group, { orderBy: 'name', limit: 50 }))?.items.length ?? 0) <= 10)
})

test('when more is appended than memory may hold the oldest goes, and a record says how many', async (t) => {
  const { logs } = await temporaryStore(t, { clock, logLimits: { maximumPendingCharacters: 10_000 } })
  const sink = logs.openStream(group, streamName)
  for (let i = 0; i < 100; i++) sink.append(i, String(i).padEnd(1_000))
  const page = await logs.readEvents(group, streamName, { limit: 200, fromHead: true })
  const [notice = '', ...kept] = messages(page?.events)
  const dropped = Number(/^(\d+) log records were dropped/.exec(notice)?.[1])
  assert.equal(dropped + kept.length, 100)
  assert.equal(kept.at(-1)?.trim(), '99')
  assert.ok(dropped > 0)
})

test('a line that a crash cut off is passed over, and writing goes on behind it', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const store = await temporaryStore(t, { dataDirectory, clock })
  append(store.logs, 's', { whole: 1 })
  append(store.logs, 'torn from the start', { lost: 1 })
  await store.close()
  const files = (await readdir(join(dataDirectory, 'logs'), { recursive: true })).filter((file) =>
    file.endsWith('.log'),
  )
  const whole = files.find((file) => file.includes('/s.')) ?? ''
  await appendFile(join(dataDirectory, 'logs', whole), '[2,2,"cut o')
  const torn = files.find((file) => file.includes('/torn')) ?? ''
  await truncate(join(dataDirectory, 'logs', torn), 20)

  const { logs } = await temporaryStore(t, { dataDirectory, clock })
  append(logs, 's', { next: 3 })
  append(logs, 'torn from the start', { found: 4 })
  assert.deepEqual(messages(await filterAll(logs, { limit: 1 })), ['whole', 'next', 'found'])
  const backwards = await logs.readEvents(group, 's', { limit: 5 })
  assert.deepEqual(messages(backwards?.events), ['whole', 'next'])
})

test('a page is found in a stream of many files and very long lines, from either end', async (t) => {
  const { logs } = await temporaryStore(t, { clock, logLimits: { maximumSegmentBytes: 300_000 } })
  const sink = logs.openStream(group, streamName)
  for (let i = 0; i < 60; i++) {
    sink.append(i, `${i} `.padEnd(i % 3 === 0 ? 200_000 : 10, '"'))
    if (i % 4 === 0) await logs.listGroups({ limit: 1 })
  }
  const numbers = (events: readonly LogEvent[] | undefined) =>
    messages(events).map((message) => Number(message.split(' ')[0]))
  const forwards: number[] = []
  for (let token: string | undefined; ; ) {
    const page = await logs.readEvents(group, streamName, { limit: 4, fromHead: true, token })
    if (!page || page.events.length === 0) break
    forwards.push(...numbers(page.events))
    token = page.nextForwardToken
  }
  const backwards: number[] = []
  for (let token: string | undefined; ; ) {
    const page = await logs.readEvents(group, streamName, { limit: 4, token })
    if (!page || page.events.length === 0) break
    backwards.unshift(...numbers(page.events))
    token = page.nextBackwardToken
  }
  const expected = Array.from({ length: 60 }, (_, i) => i)
  assert.deepEqual(forwards, expected)
  assert.deepEqual(backwards, expected)
})
