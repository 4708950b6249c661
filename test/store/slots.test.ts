import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Slots } from '../../src/store/images/slots.ts'

test('so much work goes on at a time, and so much waits', async () => {
  const slots = new Slots(1, 1)
  const gates = [Promise.withResolvers<number>(), Promise.withResolvers<number>()] as const
  const works = gates.map(({ promise }, index) => {
    assert.equal(slots.isFull, false, `before ${index}`)
    return slots.take(() => promise)
  })
  assert.equal(slots.isFull, true)
  gates[0].resolve(1)
  assert.equal(await works[0], 1)
  assert.equal(slots.isFull, false)
  gates[1].resolve(2)
  assert.equal(await works[1], 2)
})
