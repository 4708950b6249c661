import { setTimeout as sleep } from 'node:timers/promises'
import { type KeptConnection, openKeptConnection } from '../load/kept-connection.ts'
import { invokeRequest, type PlainRequest, signed } from '../load/request.ts'
import type { Bench, Finding, Measurement } from '../measurement.ts'
import { pairedRatio, samplesOf } from '../samples.ts'
import { type Account, setUpAccount } from '../server/account.ts'
import { createFunction, type Language, languages } from '../server/create-functions.ts'
import { type LambentServer, startServer } from '../server/lambent-server.ts'
import { emptyRunOf, timeEmptyRun } from '../yardsticks/interpreter-start.ts'

// What a creation leaves to be done in the background is done after this time; so is the sandbox that is kept ready.
const SETTLE_MS = 500

/** The first invocation of a function that is new, beside the bare start of its interpreter. */
export const coldStart: Measurement = {
  name: 'cold-start',
  async measure(bench) {
    await using server = await startServer(bench)
    const account = await setUpAccount(server)
    const findings: Finding[] = []
    for (const language of languages) findings.push(...(await measureLanguage(bench, server, account, language)))
    return findings
  },
}

/** Where the sandbox comes from. */
const ways = [
  { name: 'prepared', bar: 0.3, variables: {} },
  // Interpreters read this one when they start, so nothing that has started already will do.
  { name: 'from nothing', bar: 2, variables: { LANG: 'C.UTF-8' } },
] as const

async function measureLanguage(
  bench: Bench,
  server: LambentServer,
  account: Account,
  language: Language,
): Promise<readonly Finding[]> {
  using connection = openKeptConnection()
  const coldInvoke = async (name: string, variables: Readonly<Record<string, string>>) => {
    await createFunction(account, name, { ...language, variables }, name)
    await sleep(SETTLE_MS)
    return timeFirstInvoke(connection, server, account, name)
  }
  // The first of all is not counted: an interpreter that nobody has run yet is still to be read from disk.
  await coldInvoke(`${language.code}-first`, {})
  const emptyRun = await emptyRunOf(language)
  const [executable, ...args] = emptyRun
  const what = `${executable.slice(executable.lastIndexOf('/') + 1)} ${args.join(' ')}`
  const yardsticks: number[] = []
  const values: readonly number[][] = ways.map(() => [])
  for (let sample = 0; sample < (bench.isQuick ? 5 : 15); sample++) {
    yardsticks.push(await timeEmptyRun(emptyRun))
    for (const [index, { variables }] of ways.entries())
      values[index]?.push(await coldInvoke(`${language.code}-${sample}-${index}`, variables))
  }
  return ways.map(({ name, bar }, index): Finding => {
    const took = values[index] ?? []
    return {
      what: `cold start, ${language.name}, ${name}, p50`,
      unit: 'ms',
      value: samplesOf(took),
      yardstick: { what, unit: 'ms', value: samplesOf(yardsticks), ratio: pairedRatio(took, yardsticks) },
      bar: { of: 'ratio', limit: 'at most', number: bar },
    }
  })
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
