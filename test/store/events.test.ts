import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { systemClock } from '#base'
import type { QueuedEvent } from '#resources'
import { type EventStore, QueueFull, type StoredEvent } from '#store'
import { claim } from '../support/claim.ts'
import { manualClock } from '../support/manual-clock.ts'
import { poll } from '../support/poll.ts'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

function queuedEvent(requestId: string, change: Partial<QueuedEvent> = {}): QueuedEvent {
  return {
    requestId,
    account: '000000000000',
    functionName: 'echo',
    payload: Buffer.from(`payload of ${requestId} \0\xff`, 'latin1'),
    traceHeader: 'Root=1-0-0',
    acceptedMs: 1_000,
    attempts: 0,
    dueMs: 1_000,
    ...change,
  }
}

const ids = (events: readonly StoredEvent[]): string[] => events.map(({ requestId }) => requestId)

async function claimAll(events: EventStore, nowMs: number, limit = 100): Promise<StoredEvent[]> {
  const all: StoredEvent[] = []
  for (;;) {
    const claimed = await claim(events, nowMs, limit)
    if (claimed.length === 0) return all
    all.push(...claimed)
  }
}

test('an accepted event is claimed once, as it came', async (t) => {
  const { events } = await temporaryStore(t)
  const event = queuedEvent('a', { qualifier: 'live' })
  await events.enqueue(event)
  const [claimed] = await claim(events, 1_000, 10)
  assert.ok(claimed)
  const { id, ...rest } = claimed
  assert.equal(typeof id, 'number')
  assert.deepEqual(rest, event)
  assert.deepEqual(await claim(events, 1_000, 10), [])
  assert.equal(await events.count(), 1)
  events.complete(claimed)
  assert.equal(await events.count(), 0)
})

test('commits overwrite a log that is long from the beginning', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const { events } = await temporaryStore(t, { dataDirectory })
  const logBytes = async () => (await stat(join(dataDirectory, 'lambent.db-wal'))).size
  const atFirst = await poll(async () => {
    const bytes = await logBytes()
    return bytes >= 17 * 1024 * 1024 ? bytes : undefined
  })
  for (let i = 0; i < 20; i++) await events.enqueue(queuedEvent(String(i)))
  assert.equal(await logBytes(), atFirst)
})

test('events that were claimed and not completed are claimed again after a restart, completed ones are not', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const first = await temporaryStore(t, { dataDirectory })
  for (const name of ['a', 'b', 'c']) await first.events.enqueue(queuedEvent(name))
  const [a] = await claim(first.events, 1_000, 2)
  assert.ok(a)
  first.events.complete(a)
  await first.close()

  const { events } = await temporaryStore(t, { dataDirectory })
  assert.equal(await events.count(), 2)
  assert.deepEqual(await claimAll(events, 1_000), await claimAllAs(['b', 'c']))
  function claimAllAs(names: readonly string[]) {
    return names.map((name, i) => ({ id: i + 2, ...queuedEvent(name) }))
  }
})

test('more events than memory keeps come back from disk in order, each once', async (t) => {
  const { events } = await temporaryStore(t)
  const names = Array.from({ length: 2_500 }, (_, i) => String(i))
  await Promise.all(names.map((name) => events.enqueue(queuedEvent(name))))
  assert.deepEqual(ids(await claimAll(events, 2_000)), names)
})

test('claims made at the same time share the events out', async (t) => {
  const { events } = await temporaryStore(t)
  await Promise.all(Array.from({ length: 1_500 }, (_, i) => events.enqueue(queuedEvent(String(i)))))
  const claimed = await Promise.all(Array.from({ length: 40 }, () => claim(events, 2_000, 50)))
  const all = [...claimed.flat(), ...(await claimAll(events, 2_000))]
  assert.equal(new Set(ids(all)).size, 1_500)
  assert.equal(all.length, 1_500)
})

test('while events arrive, fail, are retried and complete, each runs as often as it must', async (t) => {
  const { events } = await temporaryStore(t)
  const total = 3_000
  const runs = new Map<string, number[]>()
  const stop = new AbortController()
  const deliver = async () => {
    while (runs.size < total || (await events.count()) > 0) {
      const claimed = await claim(events, Date.now(), 7)
      for (const event of claimed) {
        const { requestId, attempts } = event
        runs.set(requestId, [...(runs.get(requestId) ?? []), attempts])
        // Every fifth event fails twice.
        if (Number(requestId) % 5 === 0 && attempts < 2)
          await events.retry(event, { attempts: attempts + 1, dueMs: Date.now() + attempts })
        else events.complete(event)
      }
      if (claimed.length === 0) await events.waitForWork(stop.signal)
      if (runs.size === total && (await events.count()) === 0) stop.abort()
    }
  }
  const delivered = deliver().catch((error) => assert.equal(error, stop.signal.reason))
  const now = () => ({ acceptedMs: Date.now(), dueMs: Date.now() })
  await Promise.all(
    Array.from({ length: 30 }, async (_, lane) => {
      for (let i = lane; i < total; i += 30) await events.enqueue(queuedEvent(String(i), now()))
    }),
  )
  await delivered
  for (let i = 0; i < total; i++) assert.deepEqual(runs.get(String(i)), i % 5 === 0 ? [0, 1, 2] : [0], `event ${i}`)
})

test('a retried event is not claimed before it is due, and then with its attempts', async (t) => {
  const { events } = await temporaryStore(t)
  await events.enqueue(queuedEvent('a'))
  const [claimed] = await claim(events, 1_000, 1)
  assert.ok(claimed)
  await events.retry(claimed, { attempts: 1, dueMs: 61_000 })
  assert.deepEqual(await claim(events, 60_999, 10), [])
  const [again] = await claim(events, 61_000, 10)
  assert.deepEqual(again, { ...claimed, attempts: 1, dueMs: 61_000 })
  assert.equal(await events.count(), 1)
})

test('an event accepted for later waits, one due earlier overtakes it', async (t) => {
  const clock = manualClock(1_000)
  const { events } = await temporaryStore(t, { clock })
  await events.enqueue(queuedEvent('late', { dueMs: 9_000 }))
  assert.deepEqual(await claim(events, 8_999, 10), [])
  await events.enqueue(queuedEvent('early', { dueMs: 5_000 }))
  assert.deepEqual(ids(await claim(events, 9_000, 10)), ['early', 'late'])
})

test('an event due before what was already read from disk is still found', async (t) => {
  const clock = manualClock(0)
  const { events } = await temporaryStore(t, { clock })
  await events.enqueue(queuedEvent('a', { dueMs: 5_000 }))
  assert.deepEqual(ids(await claim(events, 5_000, 10)), ['a'])
  await events.enqueue(queuedEvent('b', { dueMs: 2_000 }))
  assert.deepEqual(ids(await claim(events, 5_000, 10)), ['b'])
})

test('the events of a deleted function are gone, also those claimed', async (t) => {
  const { events, functions } = await temporaryStore(t)
  for (const name of ['a', 'b']) await events.enqueue(queuedEvent(name))
  await events.enqueue(queuedEvent('other', { functionName: 'other' }))
  const [a] = await claim(events, 1_000, 1)
  assert.ok(a)
  await functions.delete('000000000000', 'echo')
  await events.retry(a, { attempts: 1, dueMs: 1_000 })
  assert.deepEqual(ids(await claimAll(events, 2_000)), ['other'])
  assert.equal(await events.count(), 1)
})

test('waiting for work ends when an event arrives, when a retry is due, and with the signal', async (t) => {
  const clock = manualClock(1_000)
  const { events } = await temporaryStore(t, { clock })
  const stop = new AbortController()

  const arrival = events.waitForWork(stop.signal)
  await events.enqueue(queuedEvent('a'))
  await arrival

  const [a] = await claim(events, 1_000, 2)
  assert.ok(a)
  await events.retry(a, { attempts: 1, dueMs: 61_000 })
  const due = events.waitForWork(stop.signal)
  assert.equal(await Promise.race([due, systemClock.sleep(20).then(() => 'still waiting')]), 'still waiting')
  clock.set(61_000)
  await due

  assert.equal((await claim(events, 61_000, 10)).length, 1)
  const aborted = assert.rejects(events.waitForWork(stop.signal), /enough/)
  stop.abort(new Error('enough'))
  await aborted
})

test('an event that would wait behind too many bytes is refused, and the others are kept', async (t) => {
  const { events } = await temporaryStore(t)
  const payload = Buffer.alloc(1024 * 1024)
  const results = await Promise.allSettled(
    Array.from({ length: 70 }, (_, i) => events.enqueue(queuedEvent(String(i), { payload }))),
  )
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  assert.equal(refused.length, 6)
  assert.ok(refused.every((error) => error instanceof QueueFull))
  assert.equal(await events.count(), 64)
  await events.enqueue(queuedEvent('afterwards'))
})

test('every event acknowledged before kill -9 is there afterwards', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const child = spawn(process.execPath, [new URL('./enqueue-forever.ts', import.meta.url).pathname, dataDirectory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let lines = 0
  child.stdout.on('data', (chunk: Buffer) => {
    lines += chunk.toString().split('\n').length - 1
    if (lines >= 2_000) child.kill('SIGKILL')
  })
  const acknowledged = (await text(child.stdout)).split('\n').slice(0, -1)
  assert.deepEqual(await exited, [null, 'SIGKILL'])

  const { events } = await temporaryStore(t, { dataDirectory })
  const found = new Set(ids(await claimAll(events, Date.now())))
  assert.ok(acknowledged.length >= 2_000)
  for (const id of acknowledged) assert.ok(found.has(id), id)
})
