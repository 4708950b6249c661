import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { missingWrk } from './load/wrk.ts'
import { type Finding, isHeld, type Measurement } from './measurement.ts'
import { coldBurst } from './measurements/cold-burst.ts'
import { coldStart } from './measurements/cold-start.ts'
import { eventAccept } from './measurements/event-accept.ts'
import { eventBacklog } from './measurements/event-backlog.ts'
import { eventDelivery } from './measurements/event-delivery.ts'
import { eventFlood } from './measurements/event-flood.ts'
import { idleDensity } from './measurements/idle-density.ts'
import { listFunctions } from './measurements/list-functions.ts'
import { manyPolicies } from './measurements/many-policies.ts'
import { manyVersions } from './measurements/many-versions.ts'
import { mutations } from './measurements/mutations.ts'
import { officialClients } from './measurements/official-clients.ts'
import { startUp } from './measurements/start-up.ts'
import { streaming } from './measurements/streaming.ts'
import { warmInvoke } from './measurements/warm-invoke.ts'
import { BadOption, type Options, readOptions } from './options.ts'
import { endAllProcesses } from './processes.ts'
import { describeMachine, machineInWords } from './report/machine.ts'
import { markdownTable, plainTable } from './report/table.ts'
import { writeResults } from './report/write-results.ts'

// `npm run bench`: how fast the server is, beside what the same machine does at best in the same minutes.

const measurements: readonly Measurement[] = [
  warmInvoke,
  officialClients,
  streaming,
  manyPolicies,
  coldStart,
  coldBurst,
  idleDensity,
  eventAccept,
  eventDelivery,
  eventBacklog,
  eventFlood,
  mutations,
  startUp,
  listFunctions,
  manyVersions,
]
// Several times what the slowest measurement takes on a machine with two cores.
const MEASUREMENT_LIMIT_MS = 15 * 60_000

const directory = mkdtempSync(join(tmpdir(), 'lambent-bench-'))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(130))
try {
  const options = readOptions(
    process.argv.slice(2),
    measurements.map(({ name }) => name),
  )
  const missing = await missingWrk()
  if (missing !== undefined) throw new BadOption(missing)
  await end(await run(options))
} catch (error) {
  console.error(error instanceof BadOption ? `lambent: ${error.message}` : error)
  await end(1)
}

async function run({ isQuick, only, isMarkdown, isEnforced }: Options): Promise<number> {
  const machine = describeMachine()
  console.log(machineInWords(machine))
  const findings: Finding[] = []
  const failures: { readonly name: string; readonly reason: string }[] = []
  for (const { name, measure } of measurements.filter(({ name }) => only.length === 0 || only.includes(name))) {
    console.error(`measuring ${name} ...`)
    try {
      findings.push(...(await withinLimit(measure({ isQuick, directory }))))
    } catch (error) {
      failures.push({ name, reason: error instanceof Error ? error.message : String(error) })
      // Whatever still runs would disturb the next one.
      await endAllProcesses()
    }
  }
  console.log(`\n${isMarkdown ? markdownTable(findings) : plainTable(findings)}\n`)
  for (const { name, reason } of failures) console.error(`${name} could not be measured: ${reason}`)
  console.log(`written to ${relative(process.cwd(), writeResults({ machine, isQuick, findings, failures }))}`)
  const isMissed = findings.some((finding) => isHeld(finding) === false)
  return failures.length > 0 || (isEnforced && isMissed) ? 1 : 0
}

async function withinLimit<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new Error(`it takes longer than ${MEASUREMENT_LIMIT_MS / 1000} s`)),
    MEASUREMENT_LIMIT_MS,
  )
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}

async function end(code: number): Promise<never> {
  await endAllProcesses()
  try {
    rmSync(directory, { recursive: true, force: true })
  } catch (error) {
    // A server that had to be killed leaves its mounts behind.
    console.error(`lambent: ${directory} could not be removed: ${error instanceof Error ? error.message : error}`)
  }
  process.exit(code)
}
