import { setTimeout as sleep } from 'node:timers/promises'
import { type KeptConnection, openKeptConnection } from '../load/kept-connection.ts'
import { invokeRequest, type PlainRequest, signed } from '../load/request.ts'
import type { Bench, Finding, Measurement } from '../measurement.ts'
import { pairedRatio, samplesOf } from '../samples.ts'
import { type Account, setUpAccount } from '../server/account.ts'
import { createFunction, type Language, languages } from '../server/create-functions.ts'
import { type LambentServer, startServer } from '../server/lambent-server.ts'
import { emptyRunOf, timeEmptyRun } from '../yardsticks/interpreter-start.ts'

// What a creation leaves to be done in the background is done after this time.
const SETTLE_MS = 300

/** The first invocation of a function that is new, beside the bare start of its interpreter. */
export const coldStart: Measurement = {
  name: 'cold-start',
  async measure(bench) {
    await using server = await startServer(bench)
    const account = await setUpAccount(server)
    const findings: Finding[] = []
    for (const language of languages) findings.push(await measureLanguage(bench, server, account, language))
    return findings
  },
}

async function measureLanguage(
  bench: Bench,
  server: LambentServer,
  account: Account,
  language: Language,
): Promise<Finding> {
  using connection = openKeptConnection()
  const coldInvoke = async (name: string) => {
    await createFunction(account, name, language, name)
    await sleep(SETTLE_MS)
    return timeFirstInvoke(connection, server, account, name)
  }
  // The first of all is not counted: an interpreter that nobody has run yet is still to be read from disk.
  await coldInvoke(`${language.code}-first`)
  const emptyRun = await emptyRunOf(language)
  const [values, yardsticks]: [number[], number[]] = [[], []]
  for (let sample = 0; sample < (bench.isQuick ? 5 : 15); sample++) {
    yardsticks.push(await timeEmptyRun(emptyRun))
    values.push(await coldInvoke(`${language.code}-${sample}`))
  }
  const [executable, ...args] = emptyRun
  const what = `${executable.slice(executable.lastIndexOf('/') + 1)} ${args.join(' ')}`
  const yardstick = { what, unit: 'ms', value: samplesOf(yardsticks), ratio: pairedRatio(values, yardsticks) } as const
  return { what: `cold start, ${language.name}, p50`, unit: 'ms', value: samplesOf(values), yardstick }
}

async function timeFirstInvoke(
  connection: KeptConnection,
  server: LambentServer,
  account: Account,
  name: string,
): Promise<number> {
  const describe: PlainRequest = {
    method: 'GET',
    url: `${server.url}/2015-03-31/functions/${name}/configuration`,
    headers: {},
  }
  // Opens the connection, if it is not open yet.
  await connection.send(signed(describe, account.caller))
  const { status, headers, body, tookMs } = await connection.send(
    signed(invokeRequest(server.url, name, 'RequestResponse'), account.caller),
  )
  if (status !== 200 || 'x-amz-function-error' in headers) throw new Error(`${name} answered ${status}: ${body}`)
  return tookMs
}
