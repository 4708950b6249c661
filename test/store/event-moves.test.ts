import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventEnd, OutboxMessage, QueuedEvent } from '#resources'
import type { ListedFailedEvent, Store, StoredEvent } from '#store'
import { claim } from '../support/claim.ts'
import { manualClock } from '../support/manual-clock.ts'
import { functionVersion } from './function-version.ts'
import { temporaryDirectory, temporaryStore } from './temporary-store.ts'

// Between queue, outbox and failed events nothing is lost and nothing doubled.

const account = '000000000000'
const end: EventEnd = {
  condition: 'RetriesExhausted',
  attempts: 3,
  answer: { executedVersion: '7', payload: Buffer.from('{"errorMessage":"no"}') },
  endedMs: 5_000,
}

const queued = (requestId: string, change: Partial<QueuedEvent> = {}): QueuedEvent => ({
  requestId,
  account,
  functionName: 'f',
  qualifier: 'live',
  payload: Buffer.from(`"${requestId}"`),
  traceHeader: 'Root=1-0-0',
  acceptedMs: 1_000,
  attempts: 2,
  dueMs: 1_000,
  ...change,
})

const messageTo = (target: string, event: QueuedEvent): OutboxMessage => ({
  target,
  role: 'arn:aws:iam::000000000000:role/r',
  kind: 'destination',
  event,
  end,
  uuid: 'a-uuid',
  tries: 0,
  dueMs: 5_000,
})

async function claimed(store: Store, event: QueuedEvent): Promise<StoredEvent> {
  await store.events.enqueue(event)
  const [found] = await claim(store.events, 1_000, 1)
  assert.ok(found)
  return found
}

async function claimMessages({ outbox }: Store, nowMs: number) {
  const messages = []
  for (const lane of outbox.takeDue(nowMs))
    for (let message = await outbox.claim(lane, nowMs); message; message = await outbox.claim(lane, nowMs))
      messages.push(message)
  return messages
}

test('an event that ended has left the queue and what follows is there, also after a restart', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const first = await temporaryStore(t, { dataDirectory })
  const event = queued('a')
  const stored = await claimed(first, event)
  assert.ok(await first.eventMoves.end(stored, [messageTo('one', event), messageTo('two', event)], { event, end }))
  assert.equal(await first.events.count(), 0)
  // A second end of the same event is none.
  assert.equal(await first.eventMoves.end(stored, [messageTo('one', event)]), false)
  await first.close()

  const second = await temporaryStore(t, { dataDirectory })
  assert.equal(await second.events.count(), 0)
  assert.equal(second.outbox.count(), 2)
  assert.deepEqual(await claimMessages(second, 4_999), [])
  const messages = await claimMessages(second, 5_000)
  assert.deepEqual(
    messages.map(({ id: _, ...message }) => message),
    [messageTo('one', event), messageTo('two', event)],
  )
  assert.deepEqual(await second.failedEvents.find(account, 1), { id: 1, event, end })
  const { items } = await second.failedEvents.list(account, { limit: 10 })
  const [{ payload: _, ...listed }, { answer: __, ...how }] = [event, end]
  assert.deepEqual(items, [{ id: 1, event: listed, end: how }])
})

test('nothing follows an event whose function was deleted meanwhile', async (t) => {
  const store = await temporaryStore(t, { clock: manualClock(1_000) })
  await store.functions.create(functionVersion('f'))
  const event = queued('a')
  const stored = await claimed(store, event)
  await store.functions.delete(account, 'f')
  assert.equal(await store.eventMoves.end(stored, [messageTo('one', event)], { event, end }), false)
  assert.deepEqual([store.outbox.count(), store.failedEvents.count(), await store.events.count()], [0, 0, 0])
})

test('a message that is forwarded is an event from then on, and only once', async (t) => {
  const store = await temporaryStore(t, { clock: manualClock(9_000) })
  const event = queued('a')
  await store.eventMoves.end(await claimed(store, event), [messageTo('one', event)])
  const [message] = await claimMessages(store, 5_000)
  assert.ok(message)
  const next = queued('b', { functionName: 'g', dueMs: 6_000 })
  assert.deepEqual(
    await Promise.all([store.eventMoves.forward(message, next), store.eventMoves.forward(message, next)]),
    [true, false],
  )
  assert.equal(store.outbox.count(), 0)
  assert.deepEqual(
    (await claim(store.events, 9_000, 10)).map(({ requestId }) => requestId),
    ['b'],
  )
})

test('a message that is tried again keeps its content and counts its tries', async (t) => {
  const store = await temporaryStore(t, { clock: manualClock(9_000) })
  const event = queued('a')
  await store.eventMoves.end(await claimed(store, event), [messageTo('one', event)])
  const [message] = await claimMessages(store, 5_000)
  assert.ok(message)
  await store.outbox.retry(message, 7_000)
  assert.deepEqual(await claimMessages(store, 6_999), [])
  assert.deepEqual(await claimMessages(store, 7_000), [{ ...message, tries: 1, dueMs: 7_000 }])
  store.outbox.delivered(message)
  assert.equal(store.outbox.count(), 0)
})

test('failed events are listed by account and function, the newest first, on pages that stay where they are', async (t) => {
  const store = await temporaryStore(t)
  for (const [requestId, functionName] of [
    ['a', 'f'],
    ['b', 'g'],
    ['c', 'f'],
    ['d', 'f'],
  ] as const) {
    const event = queued(requestId, { functionName })
    await store.eventMoves.end(await claimed(store, event), [], { event, end })
  }
  const idsOf = ({ items }: { items: readonly ListedFailedEvent[] }) => items.map(({ event }) => event.requestId)
  assert.deepEqual(idsOf(await store.failedEvents.list(account, { limit: 10 })), ['d', 'c', 'b', 'a'])
  assert.deepEqual(idsOf(await store.failedEvents.list('111111111111', { limit: 10 })), [])
  const first = await store.failedEvents.list(account, { limit: 2, functionName: 'f' })
  assert.deepEqual(idsOf(first), ['d', 'c'])
  const event = queued('e')
  await store.eventMoves.end(await claimed(store, event), [], { event, end })
  assert.deepEqual(idsOf(await store.failedEvents.list(account, { limit: 2, functionName: 'f', after: first.next })), [
    'a',
  ])
  assert.equal(await store.failedEvents.purge(account, 'g'), 1)
  assert.equal(await store.failedEvents.purge(account), 4)
  assert.equal(store.failedEvents.count(), 0)
})

test('failed events go when their time is over, and with their function', async (t) => {
  const store = await temporaryStore(t)
  await store.functions.create(functionVersion('f'))
  for (const endedMs of [1_000, 2_000, 3_000]) {
    const event = queued(String(endedMs))
    await store.eventMoves.end(await claimed(store, event), [], { event, end: { ...end, endedMs } })
  }
  await store.failedEvents.expire(2_000)
  assert.equal(store.failedEvents.count(), 2)
  await store.functions.delete(account, 'f')
  assert.equal(store.failedEvents.count(), 0)
})

test('a failed event that is run again is in the queue, and failed no more', async (t) => {
  const store = await temporaryStore(t, { clock: manualClock(9_000) })
  const event = queued('a')
  await store.eventMoves.end(await claimed(store, event), [], { event, end })
  const failure = await store.failedEvents.find(account, 1)
  assert.ok(failure)
  assert.equal(await store.failedEvents.find('111111111111', 1), undefined)
  assert.ok(await store.eventMoves.replay(failure, { ...event, attempts: 0 }))
  assert.equal(await store.eventMoves.replay(failure, { ...event, attempts: 0 }), false)
  assert.equal(store.failedEvents.count(), 0)
  assert.equal((await claim(store.events, 9_000, 10)).length, 1)
})
