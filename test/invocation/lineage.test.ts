import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isEndless, withLineage } from '../../src/invocation/lineage.ts'

const account = '000000000000'
const ROOT = 'Root=1-00000000-000000000000000000000000;Sampled=0'

/** How often each function has run when the chain is stopped; a chain that is not stopped has no such numbers. */
function runsUntilStopped(
  chain: (step: number) => string,
  longest = 10_000,
): Readonly<Record<string, number>> | undefined {
  const runs: Record<string, number> = {}
  let header = ROOT
  for (let step = 0; step < longest; step++) {
    const functionName = chain(step)
    header = withLineage(header, { account, functionName })
    if (isEndless(header)) return runs
    runs[functionName] = (runs[functionName] ?? 0) + 1
  }
  return undefined
}

test('a function that invokes itself runs sixteen times', () => {
  assert.deepEqual(
    runsUntilStopped(() => 'a'),
    { a: 16 },
  )
})

for (const lead of [0, 1, 2, 3, 7, 20])
  for (const length of [1, 2, 3, 5, 16])
    test(`a loop of ${length} functions after ${lead} others is stopped, before any has run much more than sixteen times`, () => {
      const runs = runsUntilStopped((step) => (step < lead ? `lead ${step}` : `loop ${(step - lead) % length}`))
      assert.ok(runs)
      const inLoop = Object.entries(runs).filter(([name]) => name.startsWith('loop'))
      assert.equal(inLoop.length, length)
      for (const [, times] of inLoop) assert.ok(times >= 15 && times <= 16 + Math.ceil((2 * (lead + length)) / length))
    })

test('a chain that comes back nowhere is not stopped', () => {
  assert.equal(
    runsUntilStopped((step) => `f${step}`),
    undefined,
  )
})

test('the header has the form of AWS, and the rest of it stays as it was', () => {
  const first = withLineage('Root=1-5-a;Parent=b;Sampled=1', { account, functionName: 'f' })
  assert.match(first, /^Root=1-5-a;Parent=b;Sampled=1;Lineage=1:[0-9a-f]{8}:0$/)
  const second = withLineage(`${first};Own=x`, { account, functionName: 'f' })
  assert.equal(second, `${first.replace('Lineage=1:', 'Lineage=2:').replace(/:0$/, ':1')};Own=x`)
  assert.match(
    withLineage('Root=1-5-a;Lineage=nonsense;Own=x', { account, functionName: 'f' }),
    /^Root=1-5-a;Lineage=1:[0-9a-f]{8}:0;Own=x$/,
  )
})

test('functions of the same name in different accounts are different functions', () => {
  const accounts = ['000000000000', '111111111111']
  const headers = accounts.map((of) => withLineage(ROOT, { account: of, functionName: 'f' }))
  assert.notEqual(headers[0], headers[1])
})
