import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzz } from './fuzz.ts'

// The same cases at every run, on every machine: what nobody has seen yet is for `npm run fuzz`.
const CASES = Number(process.env.LAMBENT_FUZZ_CASES ?? 4000)
const SEED = Number(process.env.LAMBENT_FUZZ_SEED ?? 1)

test(`whatever is sent, the server neither fails nor falls silent, and takes no forgery (seed ${SEED})`, async (t) => {
  const report = await fuzz({ seed: SEED, seconds: Number.POSITIVE_INFINITY, first: 0, cases: CASES })
  const { cases, statuses, failures } = report
  t.diagnostic(`${cases} cases: ${JSON.stringify(Object.fromEntries(statuses))}`)
  assert.deepEqual(failures, [], `again: node test/fuzz/main.ts --seed ${SEED} --first <case> --cases 1`)
  for (const status of [200, 400, 403, 404]) assert.ok(statuses.has(status), `no answer with ${status}`)
})
