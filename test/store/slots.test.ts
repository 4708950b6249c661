import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SlotLimits, Slots } from '../../src/store/images/slots.ts'

const limits: SlotLimits = { most: 1, mostOfOne: 1, mostWaiting: 1, mostWaitingOfOne: 1 }

test('so much work goes on at a time, and so much waits', async () => {
  const slots = new Slots(limits)
  const gates = [Promise.withResolvers<number>(), Promise.withResolvers<number>()] as const
  const works = gates.map(({ promise }, index) => {
    assert.equal(slots.isFull('a'), false, `before ${index}`)
    return slots.take('a', () => promise)
  })
  assert.equal(slots.isFull('a'), true)
  assert.equal(slots.isFull('b'), true)
  gates[0].resolve(1)
  assert.equal(await works[0], 1)
  assert.equal(slots.isFull('a'), false)
  gates[1].resolve(2)
  assert.equal(await works[1], 2)
})

test('a kind that hangs leaves room for the others, and one that fails too', async () => {
  const slots = new Slots({ most: 3, mostOfOne: 2, mostWaiting: 10, mostWaitingOfOne: 2 })
  const gate = Promise.withResolvers<string>()
  const hanging = Array.from({ length: 4 }, () => slots.take('hangs', () => gate.promise))
  assert.equal(slots.isFull('hangs'), true)
  assert.equal(slots.isFull('other'), false)
  assert.equal(await slots.take('other', async () => 'done'), 'done')
  await assert.rejects(
    slots.take('other', () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal(await slots.take('other', async () => 'done'), 'done')
  gate.resolve('at last')
  assert.deepEqual(await Promise.all(hanging), Array(4).fill('at last'))
})

test('those that wait begin in the order of their coming', async () => {
  const slots = new Slots({ most: 2, mostOfOne: 1, mostWaiting: 10, mostWaitingOfOne: 10 })
  const gate = Promise.withResolvers<void>()
  const begun: string[] = []
  const take = (kind: string, name: string) =>
    slots.take(kind, async () => {
      begun.push(name)
      await gate.promise
    })
  const works = [take('a', 'a1'), take('a', 'a2'), take('b', 'b1'), take('b', 'b2'), take('a', 'a3')]
  assert.deepEqual(begun, ['a1', 'b1'])
  gate.resolve()
  await Promise.all(works)
  assert.deepEqual(
    begun.filter((name) => name.startsWith('a')),
    ['a1', 'a2', 'a3'],
  )
  assert.deepEqual(
    begun.filter((name) => name.startsWith('b')),
    ['b1', 'b2'],
  )
})
