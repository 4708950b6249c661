import { setTimeout as sleep } from 'node:timers/promises'
import { type KeptConnection, openKeptConnection } from '../load/kept-connection.ts'
import { invokeRequest, signed } from '../load/request.ts'
import type { Bench, Finding, Measurement } from '../measurement.ts'
import { samplesOf } from '../samples.ts'
import { type Account, setUpAccount } from '../server/account.ts'
import { createFunction, type Language, languages } from '../server/create-functions.ts'
import { environmentProcesses, proportionalKib, totalCpuUs } from '../server/environment-processes.ts'
import { startServer } from '../server/lambent-server.ts'

const GIB_IN_KIB = 2 ** 20
// Environments freeze ten milliseconds after they have become idle; what the server keeps ready takes longer to return.
const UNTIL_QUIET_MS = 1500
/** Before the first of those that count: what all share, and what the server keeps ready, is there then. */
const EARLIER = 5

/** Environments that wait for their next invocation: how many of them a gigabyte holds, and what they do meanwhile. */
export const idleDensity: Measurement = {
  name: 'idle-density',
  async measure(bench) {
    const findings: Finding[] = []
    for (const language of languages) findings.push(...(await measureLanguage(bench, language)))
    return findings
  },
}

async function measureLanguage(bench: Bench, language: Language): Promise<readonly Finding[]> {
  const count = bench.isQuick ? 10 : 100
  const seconds = bench.isQuick ? 1 : 5
  await using server = await startServer(bench)
  const account = await setUpAccount(server)
  const invokeNew = async (from: number, to: number) => {
    using connection = openKeptConnection()
    for (let index = from; index < to; index++) await invokeOnce(account, connection, language, `idle-${index}`)
    await sleep(UNTIL_QUIET_MS)
    return proportionalKib(environmentProcesses(server))
  }
  const earlierKib = await invokeNew(0, EARLIER)
  const kib = (await invokeNew(EARLIER, EARLIER + count)) - earlierKib
  const processes = environmentProcesses(server)
  const beforeUs = totalCpuUs(processes)
  await sleep(seconds * 1000)
  const what = `idle environments, ${language.name}`
  return [
    {
      what: `${what}, in a GiB`,
      unit: 'per GiB',
      value: samplesOf([(count * GIB_IN_KIB) / kib]),
      bar: { of: 'value', limit: 'at least', number: 100 },
    },
    { what: `${what}, PSS of one more`, unit: 'MiB', value: samplesOf([kib / 1024 / count]) },
    {
      what: `${what}, CPU of ${EARLIER + count} in ${seconds} s`,
      unit: 'us',
      value: samplesOf([totalCpuUs(processes) - beforeUs]),
      bar: { of: 'value', limit: 'at most', number: 0 },
    },
  ]
}

async function invokeOnce(
  account: Account,
  connection: KeptConnection,
  language: Language,
  name: string,
): Promise<void> {
  await createFunction(account, name, language, name)
  const request = invokeRequest(account.server.url, name, 'RequestResponse')
  const { status, body } = await connection.send(signed(request, account.caller))
  if (status !== 200) throw new Error(`${name} answered ${status}: ${body}`)
}
