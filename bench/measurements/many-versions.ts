import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openKeptConnection } from '../load/kept-connection.ts'
import { signed } from '../load/request.ts'
import type { Bar, Bench, Finding, Measurement } from '../measurement.ts'
import { samplesOf } from '../samples.ts'
import { type Account, setUpAccount } from '../server/account.ts'
import { createManyFunctions, publishMany } from '../server/create-functions.ts'
import { type LambentServer, startServer } from '../server/lambent-server.ts'
import { residentKib } from '../server/resident-memory.ts'

const VERSIONS = 3
const SETTLED_MS = 1000
const START_BAR: Bar = { of: 'value', limit: 'at most', number: 1000 }
const MEMORY_BAR: Bar = { of: 'value', limit: 'at most', number: 2 }

/** What published versions cost a server that starts with them: time, and memory even after each was asked for. */
export const manyVersions: Measurement = {
  name: 'many-versions',
  async measure(bench) {
    const functions = bench.isQuick ? 500 : 10_000
    const directory = mkdtempSync(join(bench.directory, 'versions-'))
    const { emptyKib, account } = await populate(bench, directory, functions)
    const startsMs: number[] = []
    for (let round = 0; round < (bench.isQuick ? 2 : 5); round++) {
      await using server = await startServer(bench, directory)
      startsMs.push(server.startMs)
    }
    await using server = await startServer(bench, directory)
    const listed = await listAll(server, account)
    await sleep(SETTLED_MS)
    // $LATEST is a version as well.
    if (listed !== functions * (VERSIONS + 1)) throw new Error(`${listed} versions of ${functions} functions`)
    const grownKib = (residentKib(server) - emptyKib) / listed
    const what = `${functions} functions with ${VERSIONS} versions each`
    return [
      { what: `start-up, ${what}`, unit: 'ms', value: samplesOf(startsMs), bar: START_BAR },
      { what: `memory a version, ${what}, all listed`, unit: 'KiB', value: samplesOf([grownKib]), bar: MEMORY_BAR },
    ] satisfies Finding[]
  },
}

interface Populated {
  /** Of a server that has nothing to keep. */
  readonly emptyKib: number
  readonly account: Account
}

async function populate(bench: Bench, directory: string, functions: number): Promise<Populated> {
  await using server = await startServer(bench, directory)
  const account = await setUpAccount(server)
  const emptyKib = await emptyMemory(bench)
  await createManyFunctions(account, 0, functions)
  for (let version = 1; version <= VERSIONS; version++) await publishMany(account, functions, `version ${version}`)
  return { emptyKib, account }
}

async function emptyMemory(bench: Bench): Promise<number> {
  await using server = await startServer(bench)
  await listAll(server, await setUpAccount(server))
  await sleep(SETTLED_MS)
  return residentKib(server)
}

/** Walks through all versions of all functions; returns how many there were. */
async function listAll({ url }: LambentServer, { caller }: Account): Promise<number> {
  using connection = openKeptConnection()
  let count = 0
  for (let marker: string | undefined = ''; marker !== undefined; ) {
    const query: string = marker === '' ? '' : `&Marker=${encodeURIComponent(marker)}`
    const page = signed(
      { method: 'GET', url: `${url}/2015-03-31/functions/?FunctionVersion=ALL${query}`, headers: {} },
      caller,
    )
    const answer = JSON.parse((await connection.send(page)).body) as {
      Functions: unknown[]
      NextMarker?: string | null
    }
    count += answer.Functions.length
    marker = answer.NextMarker ?? undefined
  }
  return count
}
