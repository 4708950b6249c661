import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { KyselyPlugin } from 'kysely'
import { type Clock, systemClock } from '#base'
import { LATEST, type QueuedEvent } from '#resources'
import type { Database } from '../../src/store/database/database.ts'
import { openEventStore } from '../../src/store/database/events.ts'
import { createFunctionStore } from '../../src/store/database/functions.ts'
import { createSecrets } from '../../src/store/secrets/secrets.ts'
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts'
import { claim } from '../support/claim.ts'
import { functionVersion } from './function-version.ts'
import { closedAfter, quietLog, temporaryDirectory } from './temporary-store.ts'

const secrets = createSecrets({ current: 'k1', keys: new Map([['k1', Buffer.alloc(32)]]) })
const setup = { secrets, codeLimitBytes: Number.MAX_SAFE_INTEGER }

/** A real database whose answers can be kept back: what it did is done, nobody has heard of it yet. */
async function slowDatabase(t: TestContext) {
  const real = closedAfter(t, await openSqlite(await temporaryDirectory(t), 0))
  const reads = createGate()
  const commits = createGate()
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => reads.pass(result),
  }
  const database: Database = {
    queries: real.queries.withPlugin(plugin),
    commit: async (statements) => commits.pass(await real.commit(statements)),
    close: real.close,
  }
  return { database, reads, commits }
}

function createGate() {
  let open: Promise<void> = Promise.resolve()
  let reached = () => {}
  return {
    async pass<Value>(value: Value): Promise<Value> {
      reached()
      await open
      return value
    },
    /** Keeps back the answers from now on. `reached` resolves with the first of them. */
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      open = promise
      return { reached: new Promise<void>((resolveReached) => (reached = resolveReached)), release: resolve }
    },
  }
}

/** Time stands still at zero: what is due later waits on disk. */
const atZero: Clock = { ...systemClock, now: () => 0 }

const queuedEvent = (requestId: string, dueMs: number): QueuedEvent => ({
  requestId,
  account: '000000000000',
  functionName: 'echo',
  payload: Buffer.from(requestId),
  traceHeader: '',
  acceptedMs: 0,
  attempts: 0,
  dueMs,
})

const summary = (events: readonly QueuedEvent[]) => events.map(({ requestId, attempts }) => `${requestId}:${attempts}`)

test('a function read before an update and answered after it is not remembered', async (t) => {
  const { database, reads } = await slowDatabase(t)
  await createFunctionStore(database, setup).create(functionVersion('echo', { revisionId: 'old' }))
  const functions = createFunctionStore(database, setup)
  const held = reads.hold()
  const found = functions.find('000000000000', 'echo', LATEST)
  await held.reached
  await functions.update(functionVersion('echo', { revisionId: 'new' }), 'old')
  held.release()
  assert.equal((await found)?.revisionId, 'old')
  assert.equal((await functions.find('000000000000', 'echo', LATEST))?.revisionId, 'new')
})

test('a function read before its deletion and answered after it is not remembered', async (t) => {
  const { database, reads } = await slowDatabase(t)
  await createFunctionStore(database, setup).create(functionVersion('echo'))
  const functions = createFunctionStore(database, setup)
  const held = reads.hold()
  const found = functions.find('000000000000', 'echo', LATEST)
  await held.reached
  await functions.delete('000000000000', 'echo')
  held.release()
  await found
  assert.equal(functions.peek('000000000000', 'echo', LATEST), 'unknown')
})

test('an event retried while the disk is read is not claimed in its old state', async (t) => {
  const { database, reads } = await slowDatabase(t)
  const events = await openEventStore(database, atZero, quietLog)
  await events.enqueue(queuedEvent('a', 20))
  const [a] = await claim(events, 20, 10)
  assert.ok(a)
  // Due earlier: the read begins before both.
  await events.enqueue(queuedEvent('b', 10))
  const held = reads.hold()
  const claimed = claim(events, 20, 10)
  await held.reached
  await events.retry(a, { attempts: 1, dueMs: 30 })
  held.release()
  assert.deepEqual(summary(await claimed), ['b:0'])
  assert.deepEqual(summary(await claim(events, 29, 10)), [])
  assert.deepEqual(summary(await claim(events, 30, 10)), ['a:1'])
  await events.close()
})

test('an event completed while the disk is read is not claimed again', async (t) => {
  const { database, reads } = await slowDatabase(t)
  const events = await openEventStore(database, atZero, quietLog)
  await events.enqueue(queuedEvent('a', 20))
  const [a] = await claim(events, 20, 10)
  assert.ok(a)
  await events.enqueue(queuedEvent('b', 10))
  const held = reads.hold()
  const claimed = claim(events, 20, 10)
  await held.reached
  events.complete(a)
  await events.close()
  held.release()
  assert.deepEqual(summary(await claimed), ['b:0'])
})

test('an event that comes to lie before what is being read is found by the next read', async (t) => {
  const { database, reads } = await slowDatabase(t)
  const events = await openEventStore(database, atZero, quietLog)
  await events.enqueue(queuedEvent('late', 20))
  const held = reads.hold()
  const claimed = claim(events, 20, 1)
  await held.reached
  await events.enqueue(queuedEvent('early', 10))
  held.release()
  assert.deepEqual(summary(await claimed), ['late:0'])
  assert.deepEqual(summary(await claim(events, 20, 1)), ['early:0'])
  await events.close()
})

test('an event claimed from disk before its acceptance was heard of is not claimed again', async (t) => {
  const { database, commits } = await slowDatabase(t)
  const events = await openEventStore(database, atZero, quietLog)
  await events.enqueue(queuedEvent('waiting', 10))
  const held = commits.hold()
  const enqueued = events.enqueue(queuedEvent('new', 0))
  await held.reached
  assert.deepEqual(summary(await claim(events, 10, 10)), ['new:0', 'waiting:0'])
  held.release()
  await enqueued
  assert.deepEqual(summary(await claim(events, 10, 10)), [])
  assert.equal(await events.count(), 2)
  await events.close()
})

test('an event accepted while the disk is read does not hide one that waits there', async (t) => {
  const { database, reads } = await slowDatabase(t)
  let nowMs = 0
  const events = await openEventStore(database, { ...systemClock, now: () => nowMs }, quietLog)
  await events.enqueue(queuedEvent('read', 5))
  await events.enqueue(queuedEvent('waiting', 50))
  let held = reads.hold()
  const claimed = claim(events, 10, 10)
  // What is due is listed, then read; then the database is asked when the next one will be due.
  for (let query = 1; query < 3; query++) {
    await held.reached
    held.release()
    held = reads.hold()
  }
  await held.reached
  nowMs = 100
  await events.enqueue(queuedEvent('accepted', 60))
  held.release()
  assert.deepEqual(summary(await claimed), ['read:0'])
  assert.deepEqual(summary(await claim(events, 100, 10)), ['accepted:0', 'waiting:0'])
  await events.close()
})

for (const failing of [1, 2, 3])
  test(`when query ${failing} of a read fails no event is lost`, async (t) => {
    const { database, reads } = await slowDatabase(t)
    const events = await openEventStore(database, atZero, quietLog)
    await events.enqueue(queuedEvent('a', 10))
    const pass = reads.pass
    let queries = 0
    reads.pass = (value) => (++queries === failing ? Promise.reject(new Error('the disk is away')) : pass(value))
    await assert.rejects(claim(events, 10, 10), /the disk is away/)
    assert.deepEqual(summary(await claim(events, 10, 10)), ['a:0'])
    await events.close()
  })
