import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventInvokeConfig } from '#resources'
import { poll } from '../support/poll.ts'
import { ACCOUNT, deliveryBench, fails, isThrottled, START_MS, succeeds } from './delivery-bench.ts'

// How often an event runs, when, and why no more. Hours take no time here.

type Config = Partial<EventInvokeConfig>

const configOf = (functionName: string, config: Config, qualifier = '$LATEST'): EventInvokeConfig => ({
  account: ACCOUNT,
  functionName,
  qualifier,
  lastModifiedMs: 0,
  ...config,
})

const failing: readonly { says: string; config?: Config; ranAt: readonly number[]; why: string }[] = [
  { says: 'nothing', ranAt: [0, 60, 180], why: 'RetriesExhausted' },
  { says: 'two retries', config: { maximumRetryAttempts: 2 }, ranAt: [0, 60, 180], why: 'RetriesExhausted' },
  { says: 'one retry', config: { maximumRetryAttempts: 1 }, ranAt: [0, 60], why: 'RetriesExhausted' },
  { says: 'no retries', config: { maximumRetryAttempts: 0 }, ranAt: [0], why: 'RetriesExhausted' },
  {
    says: 'an age below the first pause',
    config: { maximumEventAgeSeconds: 59 },
    ranAt: [0],
    why: 'EventAgeExceeded',
  },
  {
    says: 'an age of just the first pause',
    config: { maximumEventAgeSeconds: 60 },
    ranAt: [0, 60],
    why: 'EventAgeExceeded',
  },
  {
    says: 'an age below both pauses',
    config: { maximumEventAgeSeconds: 179 },
    ranAt: [0, 60],
    why: 'EventAgeExceeded',
  },
  {
    says: 'one retry and an age below it',
    config: { maximumRetryAttempts: 1, maximumEventAgeSeconds: 30 },
    ranAt: [0],
    why: 'EventAgeExceeded',
  },
]

for (const { says, config, ranAt, why } of failing)
  test(`an event that fails runs at ${ranAt} s when its config says ${says}, and ends as ${why}`, async (t) => {
    const bench = await deliveryBench(t)
    await bench.define('f', fails)
    if (config) await bench.store.eventInvokeConfigs.put(configOf('f', config))
    await bench.enqueue('f')
    for (const seconds of [0, 59.999, 60, 179.999, 180, 3600]) {
      await bench.advance(seconds)
      await bench.ran(ranAt.filter((at) => at <= seconds).length)
    }
    await poll(() => bench.deliverer.counts(ACCOUNT).ended[why as 'RetriesExhausted'])
    assert.deepEqual(
      bench.runs,
      ranAt.map((seconds) => ['f', seconds]),
    )
  })

test('every attempt has the same request id and trace header, and the config of the qualifier counts', async (t) => {
  const bench = await deliveryBench(t)
  const seen: unknown[] = []
  await bench.define('f', (request, version) => {
    seen.push([request.requestId, request.traceHeader, request.invokedFunctionArn.split(':').at(-1)])
    return fails(request, version)
  })
  const alias = { account: ACCOUNT, functionName: 'f', name: 'live', version: '$LATEST', description: '' }
  await bench.store.aliases.create({ ...alias, revisionId: '' })
  await bench.store.eventInvokeConfigs.put(configOf('f', { maximumRetryAttempts: 0 }))
  await bench.store.eventInvokeConfigs.put(configOf('f', { maximumRetryAttempts: 1 }, 'live'))
  await bench.enqueue('f', { requestId: 'one', traceHeader: 'Root=1', qualifier: 'live' })
  await bench.ran(1)
  await bench.advance(60)
  await bench.ran(2)
  await poll(() => bench.deliverer.counts(ACCOUNT).ended.RetriesExhausted)
  assert.deepEqual(seen, [
    ['one', 'Root=1', 'live'],
    ['one', 'Root=1', 'live'],
  ])
})

test('a failure that follows success leaves nothing to be tried again', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', fails)
  await bench.enqueue('f')
  await bench.ran(1)
  bench.behaviours.f = succeeds
  await bench.advance(60)
  await bench.ran(2)
  await bench.advance(3600)
  assert.equal(bench.runs.length, 2)
  assert.deepEqual(bench.deliverer.counts(ACCOUNT).ended.RetriesExhausted, undefined)
})

test('throttles back off from a second to five minutes for six hours, and are no attempts', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', isThrottled)
  await bench.enqueue('f')
  const tries = () => bench.deliverer.counts(ACCOUNT).throttles
  await poll(() => tries() === 1 || undefined)
  let [seconds, pause, expected] = [0, 1, 1]
  while (seconds + pause <= 6 * 3600) {
    await bench.advance(seconds + pause - 0.001)
    assert.equal(tries(), expected)
    seconds += pause
    await bench.advance(seconds)
    expected++
    await poll(() => tries() === expected || undefined)
    pause = Math.min(pause * 2, 300)
  }
  await bench.advance(6 * 3600 + 0.001)
  await poll(() => bench.deliverer.counts(ACCOUNT).ended.EventAgeExceeded)
  const { attempts } = bench.deliverer.counts(ACCOUNT)
  assert.equal(attempts - (bench.deliverer.counts(ACCOUNT).ended.Success ?? 0), 0)
})

test('an event that waits for room begins as soon as an invocation of its function ends', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', isThrottled)
  for (let i = 0; i < 100; i++) await bench.enqueue('f', { requestId: String(i) })
  await poll(() => bench.deliverer.counts(ACCOUNT).throttles || undefined)
  await bench.advance(0)
  // One was tried for all of them: waiting costs nothing.
  assert.ok(bench.deliverer.counts(ACCOUNT).throttles < 10)
  bench.behaviours.f = succeeds
  bench.free('f')
  await bench.ran(100)
  assert.ok(bench.runs.every(([, seconds]) => seconds === 0))
})

test('with nothing reserved an event ends at once, without having run', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', succeeds)
  await bench.store.concurrency.reserve(ACCOUNT, 'f', 0, 900)
  await bench.enqueue('f')
  await poll(() => bench.deliverer.counts(ACCOUNT).ended.ZeroReservedConcurrency)
  assert.deepEqual(bench.runs, [])
})

test('a fault of the service is no attempt, and the event runs later', async (t) => {
  const bench = await deliveryBench(t)
  let faults = 0
  await bench.define('f', (request, version) => {
    if (faults++ < 3) throw new Error('the environment is away')
    return succeeds(request, version)
  })
  await bench.store.eventInvokeConfigs.put(configOf('f', { maximumRetryAttempts: 0 }))
  await bench.enqueue('f')
  for (const seconds of [0, 1, 2, 4]) await bench.advance(seconds)
  await bench.ran(1)
  assert.deepEqual(bench.runs, [['f', 4]])
})

test('an event is as old as its acceptance, also when the server was away meanwhile', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', succeeds)
  const sixHoursMs = 6 * 3_600_000
  await bench.enqueue('f', { acceptedMs: START_MS - sixHoursMs, requestId: 'just in time' })
  await bench.enqueue('f', { acceptedMs: START_MS - sixHoursMs - 1, requestId: 'too late' })
  await poll(() => bench.deliverer.counts(ACCOUNT).ended.EventAgeExceeded)
  await bench.ran(1)
  assert.equal(bench.runs.length, 1)
})

test('events of a function, a version or an alias that is gone are dropped', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', succeeds)
  await bench.enqueue('gone')
  await bench.enqueue('f', { qualifier: 'gone' })
  await bench.enqueue('f', { qualifier: '7' })
  await poll(() => bench.deliverer.counts(ACCOUNT).discarded === 3 || undefined)
  assert.deepEqual(bench.runs, [])
})
