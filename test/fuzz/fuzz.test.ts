import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzz } from './fuzz.ts'

const SECONDS = Number(process.env.LAMBENT_FUZZ_SECONDS ?? 10)
// Another one each day, so that the tests of one day agree and those of a year see much.
const SEED = Number(process.env.LAMBENT_FUZZ_SEED ?? Math.floor(Date.now() / 86_400_000))

test(`whatever is sent, the server neither fails nor falls silent, and takes no forgery (seed ${SEED})`, async (t) => {
  const { cases, statuses, failures } = await fuzz({ seed: SEED, seconds: SECONDS, first: 0, cases: 1e9 })
  t.diagnostic(`${cases} cases: ${JSON.stringify(Object.fromEntries(statuses))}`)
  assert.deepEqual(failures, [], `again: node test/fuzz/main.ts --seed ${SEED} --first <case> --cases 1`)
  for (const status of [200, 400, 403, 404]) assert.ok(statuses.has(status), `no answer with ${status}`)
})
