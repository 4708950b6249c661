import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench, Finding, Measurement } from '../measurement.ts'
import { samplesOf } from '../samples.ts'
import { setUpAccount } from '../server/account.ts'
import { createManyFunctions } from '../server/create-functions.ts'
import { startServer } from '../server/lambent-server.ts'
import { type EmptyRun, timeEmptyRun } from '../yardsticks/interpreter-start.ts'

const FUNCTIONS = 1000
const IDLE_MS = 2000
const BARE_NODE: EmptyRun = [process.execPath, '-e', '0']

/** From the start of the command to the ready line, and the memory of a server that has nothing to do. */
export const startUp: Measurement = {
  name: 'start-up',
  async measure(bench) {
    const populated = await populate(bench)
    const rounds = { empty: [] as number[], populated: [] as number[], bare: [] as number[] }
    for (let round = 0; round < (bench.isQuick ? 3 : 7); round++) {
      rounds.bare.push(await timeEmptyRun(BARE_NODE))
      rounds.empty.push(await timeStart(bench))
      rounds.populated.push(await timeStart(bench, populated))
    }
    const bare = samplesOf(rounds.bare)
    const finding = (what: string, values: readonly number[]): Finding => {
      const value = samplesOf(values)
      return {
        what,
        unit: 'ms',
        value,
        yardstick: { what: 'node -e 0', unit: 'ms', value: bare, ratio: value.median / bare.median },
      }
    }
    return [
      finding('start-up, empty data directory', rounds.empty),
      finding(`start-up, ${FUNCTIONS} functions`, rounds.populated),
      ...(await idleMemory(bench)),
    ]
  },
}

async function populate(bench: Bench): Promise<string> {
  const directory = mkdtempSync(join(bench.directory, 'populated-'))
  await using server = await startServer(bench, directory)
  await createManyFunctions(await setUpAccount(server), 0, FUNCTIONS)
  return directory
}

async function timeStart(bench: Bench, dataDirectory?: string): Promise<number> {
  await using server = await startServer(bench, dataDirectory)
  return server.startMs
}

async function idleMemory(bench: Bench): Promise<readonly Finding[]> {
  await using server = await startServer(bench)
  await sleep(IDLE_MS)
  const sums = readFileSync(`/proc/${server.processId}/smaps_rollup`, 'utf8')
  return (['Rss', 'Pss'] as const).map((name) => {
    const kib = Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(sums)?.[1])
    return { what: `idle memory of the server, ${name.toUpperCase()}`, unit: 'MiB', value: samplesOf([kib / 1024]) }
  })
}
