import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { test } from 'node:test'
import { poll } from '../support/poll.ts'
import { ACCOUNT, deliveryBench, isThrottled, succeeds } from './delivery-bench.ts'

// One function's events hold up nobody else's.

const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i))

test('a function whose events take for ever holds up no other', async (t) => {
  const bench = await deliveryBench(t)
  const { promise, resolve } = Promise.withResolvers<void>()
  await bench.define('slow', async (request, version) => {
    await promise
    return succeeds(request, version)
  })
  await bench.define('other', succeeds)
  await Promise.all(numbers(600).map((requestId) => bench.enqueue('slow', { requestId })))
  // As many as begin at once, however busy the host is.
  await bench.ran(2 * availableParallelism(), 'slow')
  for (const requestId of numbers(20)) {
    await bench.enqueue('other', { requestId })
    await bench.ran(Number(requestId) + 1, 'other')
  }
  resolve()
  await bench.ran(620)
})

test('a function that is flooded shares the deliverers with others by turns', async (t) => {
  const bench = await deliveryBench(t)
  for (const name of ['flooded', 'other']) await bench.define(name, succeeds)
  const hold = Promise.withResolvers<void>()
  bench.behaviours.flooded = async (request, version) => {
    await hold.promise
    return succeeds(request, version)
  }
  await Promise.all(numbers(3000).map((requestId) => bench.enqueue('flooded', { requestId })))
  await bench.ran(1, 'flooded')
  await Promise.all(numbers(10).map((requestId) => bench.enqueue('other', { requestId })))
  hold.resolve()
  await bench.ran(10, 'other')
  const before = bench.runs.findLastIndex(([name]) => name === 'other')
  assert.ok(before < 1500, `the last of ten came after ${before}`)
  await bench.ran(3000, 'flooded')
})

test('a hundred functions with something to do all begin, whatever takes its time', async (t) => {
  const bench = await deliveryBench(t)
  const { promise, resolve } = Promise.withResolvers<void>()
  const names = numbers(100).map((number) => `f${number}`)
  for (const name of names)
    await bench.define(name, async (request, version) => {
      await promise
      return succeeds(request, version)
    })
  await Promise.all(names.flatMap((name) => [bench.enqueue(name), bench.enqueue(name), bench.enqueue(name)]))
  await poll(() => new Set(bench.runs.map(([name]) => name)).size === 100 || undefined)
  resolve()
  await bench.ran(300)
})

test('events of one function that is throttled at its version do not hold up those of its alias', async (t) => {
  const bench = await deliveryBench(t)
  await bench.define('f', (request, version) =>
    (request.invokedFunctionArn.endsWith(':live') ? succeeds : isThrottled)(request, version),
  )
  const alias = { account: '000000000000', functionName: 'f', name: 'live', version: '$LATEST', description: '' }
  await bench.store.aliases.create({ ...alias, revisionId: '' })
  for (const requestId of numbers(10)) await bench.enqueue('f', { requestId })
  await poll(() => bench.deliverer.counts(ACCOUNT).throttles || undefined)
  await bench.enqueue('f', { qualifier: 'live' })
  await bench.ran(1)
})
