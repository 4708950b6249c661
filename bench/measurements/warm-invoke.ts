import { openKeptConnection } from '../load/kept-connection.ts'
import { EVENT, invokeRequest, signed } from '../load/request.ts'
import { runWrk } from '../load/wrk.ts'
import type { Measurement } from '../measurement.ts'
import { type Account, setUpAccount } from '../server/account.ts'
import { createFunction, type Language, languages } from '../server/create-functions.ts'
import { type LambentServer, startServer } from '../server/lambent-server.ts'
import {
  BARE,
  bareSubject,
  compareTurns,
  P50_BAR,
  p50Of,
  rateOf,
  type Subject,
  THROUGHPUT_BAR,
  takeTurns,
} from '../turns.ts'
import { startBareHttp } from '../yardsticks/bare-http.ts'

/** Signed synchronous invocations of functions that run already, beside a bare `node:http` server with the same handler. */
export const warmInvoke: Measurement = {
  name: 'warm-invoke',
  async measure(bench) {
    await using server = await startServer(bench)
    await using bare = await startBareHttp()
    const account = await setUpAccount(server)
    const functions = await Promise.all(languages.map((language) => functionSubject(server, account, language)))
    const subjects: readonly Subject[] = [bareSubject(bare), ...functions]
    for (const { request } of subjects) await runWrk(bench, request(), 64, 1)
    const latency = await takeTurns(bench, subjects, { connections: 1, rounds: bench.isQuick ? 2 : 5 })
    const throughput = await takeTurns(bench, subjects, { connections: 16, rounds: bench.isQuick ? 2 : 5 })
    const crowded = await takeTurns(bench, subjects, { connections: 64, rounds: bench.isQuick ? 1 : 3 })
    return functions.flatMap(({ name }) => {
      const pair = [name, BARE] as const
      const what = `warm invoke, ${name},`
      return [
        compareTurns(`${what} p50 at c=1`, 'us', latency, pair, p50Of, P50_BAR),
        compareTurns(`${what} throughput at c=16`, 'per s', throughput, pair, rateOf, THROUGHPUT_BAR),
        compareTurns(`${what} throughput at c=64`, 'per s', crowded, pair, rateOf),
        compareTurns(`${what} the server's CPU per request at c=16`, 'us', throughput, pair, ({ cpuUs }) => cpuUs),
      ]
    })
  },
}

async function functionSubject(server: LambentServer, account: Account, language: Language): Promise<Subject> {
  await createFunction(account, language.code, language)
  const request = () => signed(invokeRequest(server.url, language.code, 'RequestResponse'), account.caller)
  using connection = openKeptConnection()
  const { status, headers, body } = await connection.send(request())
  if (status !== 200 || 'x-amz-function-error' in headers || JSON.stringify(JSON.parse(body)) !== EVENT)
    throw new Error(`${language.code} answered ${status}: ${body}`)
  return { name: language.name, processId: server.processId, request }
}
