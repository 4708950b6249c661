import { openKeptConnection } from '../load/kept-connection.ts'
import { type PlainRequest, signed } from '../load/request.ts'
import { runWrk } from '../load/wrk.ts'
import type { Bench, Finding, Measurement } from '../measurement.ts'
import { type Samples, samplesOf } from '../samples.ts'
import { type Account, setUpAccount } from '../server/account.ts'
import { createManyFunctions } from '../server/create-functions.ts'
import { type LambentServer, startServer } from '../server/lambent-server.ts'

const FEW = 100
const PAGE = 50

/** A page of functions where there are few, and where there are many: it should not matter. */
export const listFunctions: Measurement = {
  name: 'list-functions',
  async measure(bench) {
    const many = bench.isQuick ? 1000 : 100_000
    await using server = await startServer(bench)
    const account = await setUpAccount(server)
    await createManyFunctions(account, 0, FEW)
    const amongFew = await timePage(bench, server, account)
    await createManyFunctions(account, FEW, many)
    const amongMany = await timePage(bench, server, account)
    const yardstick = {
      what: `the page among ${FEW}`,
      unit: 'ms',
      value: amongFew,
      ratio: amongMany.median / amongFew.median,
    } as const
    const finding: Finding = {
      what: `list functions, page of ${PAGE} among ${many}, p50`,
      unit: 'ms',
      value: amongMany,
      yardstick,
    }
    return [finding]
  },
}

async function timePage(bench: Bench, { url }: LambentServer, { caller }: Account): Promise<Samples> {
  const page: PlainRequest = { method: 'GET', url: `${url}/2015-03-31/functions/?MaxItems=${PAGE}`, headers: {} }
  using connection = openKeptConnection()
  const { status, body } = await connection.send(signed(page, caller))
  const { Functions: functions = [] } = JSON.parse(body) as { Functions?: readonly unknown[] }
  if (functions.length !== PAGE) throw new Error(`a page of ${functions.length} functions with status ${status}`)
  // The first is a warm-up, and is outvoted.
  const p50s: number[] = []
  for (let round = 0; round < (bench.isQuick ? 3 : 5); round++)
    p50s.push((await runWrk(bench, signed(page, caller), 1, 1)).p50Us / 1000)
  return samplesOf(p50s)
}
