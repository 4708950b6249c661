import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'

// By hand: node test/fuzz/main.ts [--seconds 600] [--seed 7] [--first 1234 --cases 1]

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    first: { type: 'string', default: '0' },
    cases: { type: 'string', default: '1000000000' },
  },
})
const [seconds, seed, first, cases] = [values.seconds, values.seed, values.first, values.cases].map(Number)
console.log(`seed ${seed}`)
const report = await fuzz({ seed: seed ?? 0, seconds: seconds ?? 0, first: first ?? 0, cases: cases ?? 0 })
console.log(`${report.cases} cases`, Object.fromEntries(report.statuses))
for (const failure of report.failures) console.error(failure)
process.exitCode = report.failures.length > 0 ? 1 : 0
