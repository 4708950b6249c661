import { setTimeout as sleep } from 'node:timers/promises'
import { openKeptConnection } from '../load/kept-connection.ts'
import { invokeRequest, signed } from '../load/request.ts'
import type { Bench, Finding, Measurement } from '../measurement.ts'
import { samplesOf } from '../samples.ts'
import { setUpAccount } from '../server/account.ts'
import { createFunction, type Language, languages } from '../server/create-functions.ts'
import { environmentProcesses, proportionalKib, totalCpuUs } from '../server/environment-processes.ts'
import { startServer } from '../server/lambent-server.ts'

const GIB_IN_KIB = 2 ** 20
// Environments freeze ten milliseconds after they have become idle.
const UNTIL_FROZEN_MS = 500

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
  await using server = await startServer(bench)
  const account = await setUpAccount(server)
  using connection = openKeptConnection()
  for (let index = 0; index < count; index++) {
    const name = `idle-${index}`
    await createFunction(account, name, language, name)
    const { status, body } = await connection.send(
      signed(invokeRequest(server.url, name, 'RequestResponse'), account.caller),
    )
    if (status !== 200) throw new Error(`${name} answered ${status}: ${body}`)
  }
  await sleep(UNTIL_FROZEN_MS)
  const processes = environmentProcesses(server)
  const kib = proportionalKib(processes)
  const beforeUs = totalCpuUs(processes)
  await sleep(bench.isQuick ? 1000 : 5000)
  const what = `idle environments, ${language.name}`
  return [
    {
      what: `${what}, in a GiB`,
      unit: 'per GiB',
      value: samplesOf([(count * GIB_IN_KIB) / kib]),
      bar: { of: 'value', limit: 'at least', number: 100 },
    },
    { what: `${what}, PSS of one`, unit: 'MiB', value: samplesOf([kib / 1024 / count]) },
    {
      what: `${what}, CPU of ${count} in ${bench.isQuick ? 1 : 5} s`,
      unit: 'us',
      value: samplesOf([totalCpuUs(processes) - beforeUs]),
      bar: { of: 'value', limit: 'at most', number: 0 },
    },
  ]
}
