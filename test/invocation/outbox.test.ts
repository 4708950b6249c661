import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Undeliverable } from '#invocation'
import { type EventInvokeConfig, invocationRecord, type OutboxMessage } from '#resources'
import { poll } from '../support/poll.ts'
import { ACCOUNT, type DeliveryBench, deliveryBench, fails, isThrottled, succeeds } from './delivery-bench.ts'

// What follows the end of an event is delivered, however long that takes. Days take no time here.

const queue = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`
const place = { partition: 'aws', region: 'us-east-1' }
const recordOf = (message: OutboxMessage | undefined) =>
  message && JSON.parse(invocationRecord(place, message).toString())

async function tell(bench: DeliveryBench, functionName: string, config: Partial<EventInvokeConfig>): Promise<void> {
  const key = { account: ACCOUNT, functionName, qualifier: '$LATEST', lastModifiedMs: 0 }
  await bench.store.eventInvokeConfigs.put({ ...key, ...config })
}

async function keptEvents({ store: { failedEvents } }: DeliveryBench) {
  const { items } = await failedEvents.list(ACCOUNT, { limit: 50 })
  const found = await Promise.all(items.map(({ id }) => failedEvents.find(ACCOUNT, id)))
  return found.filter((event) => event !== undefined)
}

test('the record of an event that failed three times tells of the third', async (t) => {
  const bench = await deliveryBench(t)
  let attempt = 0
  await bench.define('f', () => ({
    functionError: 'Unhandled',
    payload: Buffer.from(`{"errorMessage":"${++attempt}"}`),
  }))
  await tell(bench, 'f', { onFailure: queue('q') })
  await bench.enqueue('f')
  for (const [times, nextSeconds] of [
    [1, 60],
    [2, 180],
    [3, 180],
  ] as const) {
    await bench.ran(times)
    await bench.advance(nextSeconds)
  }
  await poll(() => bench.taken[0])
  const { requestContext, responsePayload } = recordOf(bench.taken[0])
  assert.deepEqual([requestContext.condition, requestContext.approximateInvokeCount], ['RetriesExhausted', 3])
  assert.deepEqual(responsePayload, { errorMessage: '3' })
})

for (const { ageSeconds, attempts } of [
  { ageSeconds: 59, attempts: 1 },
  { ageSeconds: 60, attempts: 2 },
])
  test(`an event too old for its attempt after ${attempts} is told as such, with that number`, async (t) => {
    const bench = await deliveryBench(t)
    await bench.define('f', fails)
    await tell(bench, 'f', { onFailure: queue('q'), maximumEventAgeSeconds: ageSeconds })
    await bench.enqueue('f')
    for (const [index, seconds] of [0, 60].slice(0, attempts).entries()) {
      await bench.advance(seconds)
      await bench.ran(index + 1)
    }
    const { requestContext } = recordOf(await poll(() => bench.taken[0]))
    assert.deepEqual([requestContext.condition, requestContext.approximateInvokeCount], ['EventAgeExceeded', attempts])
  })

test('an event that becomes too old while it waits is told with the answer that it got before', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', fails, { deadLetterArn: queue('letters') })
  await tell(bench, 'f', { onFailure: queue('q'), maximumEventAgeSeconds: 100 })
  await bench.enqueue('f')
  await bench.ran(1)
  bench.behaviours.f = isThrottled
  await bench.advance(60)
  await poll(() => bench.deliverer.counts(ACCOUNT).throttles || undefined)
  await bench.advance(101)
  await poll(() => bench.taken.length === 2 || undefined)
  const record = recordOf(bench.taken.find(({ kind }) => kind === 'destination'))
  assert.deepEqual(
    [record.requestContext.condition, record.requestContext.approximateInvokeCount],
    ['EventAgeExceeded', 1],
  )
  assert.deepEqual(record.responsePayload, { errorMessage: 'on purpose', errorType: 'Error' })
})

test('an answer that is no JSON is in the record as text', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', () => ({ payload: Buffer.from('no "JSON"') }))
  await tell(bench, 'f', { onSuccess: queue('q') })
  await bench.enqueue('f')
  await poll(() => bench.taken[0])
  assert.equal(recordOf(bench.taken[0]).responsePayload, 'no "JSON"')
})

test('a target that fails is tried again, ever more rarely, and gets the same message once', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', succeeds)
  await tell(bench, 'f', { onSuccess: queue('q') })
  const tries: number[] = []
  bench.takers[queue('q')] = () => {
    tries.push((bench.clock.now() - start) / 1000)
    if (tries.length < 6) throw new Error('500')
  }
  const start = bench.clock.now()
  await bench.enqueue('f')
  for (const seconds of [0, 0.999, 1, 2.999, 3, 6.999, 7, 15, 30.999, 31]) {
    await bench.advance(seconds)
    await poll(() => tries.length >= [0, 1, 3, 7, 15, 31].filter((due) => due <= seconds).length || undefined)
  }
  await poll(() => bench.store.outbox.count() === 0 || undefined)
  assert.deepEqual(tries, [0, 1, 3, 7, 15, 31])
  assert.equal(bench.taken.length, 1)
})

test('a target that hangs, or is flooded, holds up no other', async (t) => {
  const bench = await deliveryBench(t)
  const { promise, resolve } = Promise.withResolvers<void>()
  let hanging = 0
  bench.takers[queue('hangs')] = () => {
    hanging++
    return promise
  }
  for (const name of ['hangs', 'works']) {
    await bench.define(name, succeeds)
    await tell(bench, name, { onSuccess: queue(name) })
  }
  for (let i = 0; i < 100; i++) await bench.enqueue('hangs', { requestId: String(i) })
  await poll(() => hanging === 8 || undefined)
  await bench.enqueue('works')
  await poll(() => bench.taken.length === 1 || undefined)
  assert.equal(hanging, 8)
  resolve()
  await poll(() => bench.taken.length === 101 || undefined)
})

for (const [condition, behaviour, config, kept] of [
  ['failure', fails, { onFailure: queue('q'), maximumRetryAttempts: 0 }, 1],
  ['success', succeeds, { onSuccess: queue('q') }, 0],
] as const)
  test(`after a day a target is given up; of a ${condition}, ${kept} event is kept`, async (t) => {
    const bench = await deliveryBench(t)
    await bench.define('f', behaviour)
    await tell(bench, 'f', config)
    bench.takers[queue('q')] = () => {
      throw new Error('gone')
    }
    await bench.enqueue('f')
    await poll(() => bench.sender.counts().failedTries || undefined)
    await bench.advance(24 * 3600 - 1)
    await poll(() => bench.sender.counts().failedTries === 2 || undefined)
    assert.equal(bench.store.outbox.count(), 1)
    await bench.advance(24 * 3600 + 300)
    await poll(() => bench.store.outbox.count() === 0 || undefined)
    assert.equal(bench.sender.counts().givenUp, 1)
    const events = await keptEvents(bench)
    assert.equal(events.length, kept)
    assert.ok(events.every(({ undeliveredTo }) => undeliveredTo === queue('q')))
  })

test('a message that no target will ever take is given up at once, and the next one goes', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', fails)
  await tell(bench, 'f', { onFailure: queue('q'), maximumRetryAttempts: 0 })
  bench.takers[queue('q')] = ({ event }) => {
    if (event.requestId === 'large') throw new Undeliverable('too large')
  }
  await bench.enqueue('f', { requestId: 'large' })
  await bench.enqueue('f', { requestId: 'small' })
  await poll(() => bench.taken.length === 1 || undefined)
  await poll(() => bench.store.outbox.count() === 0 || undefined)
  assert.deepEqual(
    (await keptEvents(bench)).map(({ event }) => event.requestId),
    ['large'],
  )
})

test('nothing is sent while the role may not, and everything when it may again', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', succeeds)
  await tell(bench, 'f', { onSuccess: queue('q') })
  bench.forbidden.add('sqs:SendMessage')
  await bench.enqueue('f')
  await poll(() => bench.sender.counts().failedTries === 1 || undefined)
  await bench.advance(0)
  bench.forbidden.clear()
  await bench.advance(1)
  await poll(() => bench.taken.length === 1 || undefined)
})

const functionArn = (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`

test('a function gets a record as its event, when the role may invoke it', async (t) => {
  const bench = await deliveryBench(t)
  const events: { readonly requestContext: { readonly requestId: string } }[] = []
  await bench.define('first', succeeds)
  await bench.define('second', (request, version) => {
    events.push(JSON.parse(request.payload.toString()))
    return succeeds(request, version)
  })
  await tell(bench, 'first', { onSuccess: functionArn('second') })
  bench.forbidden.add('lambda:InvokeFunction')
  await bench.enqueue('first')
  await poll(() => bench.sender.counts().failedTries === 1 || undefined)
  await bench.advance(0)
  assert.equal(events.length, 0)
  bench.forbidden.clear()
  await bench.advance(1)
  await bench.ran(1, 'second')
  assert.equal(events[0]?.requestContext.requestId, 'first-request')
  assert.equal(bench.store.outbox.count(), 0)
})

test('a record that is too large for an event is not forwarded to a function', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', fails)
  await bench.define('second', succeeds)
  await tell(bench, 'f', { onFailure: functionArn('second'), maximumRetryAttempts: 0 })
  await bench.enqueue('f', { payload: Buffer.from(JSON.stringify('x'.repeat(1_048_574))) })
  await poll(() => bench.store.failedEvents.count() || undefined)
  const [kept] = await keptEvents(bench)
  assert.equal(kept?.undeliveredTo, functionArn('second'))
  assert.equal(kept?.event.payload.length, 1_048_576)
})

test('an event that failed and is of interest to nobody is kept', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', fails)
  await tell(bench, 'f', { maximumRetryAttempts: 0 })
  await bench.enqueue('f', { payload: Buffer.from('{"n":1}') })
  await poll(() => bench.store.failedEvents.count() || undefined)
  const [kept] = await keptEvents(bench)
  assert.deepEqual(
    [kept?.event.payload.toString(), kept?.end.condition, kept?.end.attempts, kept?.undeliveredTo],
    ['{"n":1}', 'RetriesExhausted', 1, undefined],
  )
  assert.equal(kept?.end.answer?.payload.toString(), '{"errorMessage":"on purpose","errorType":"Error"}')
})
