import { type KeptConnection, openKeptConnection } from '../load/kept-connection.ts'
import { type PlainRequest, signed } from '../load/request.ts'
import type { Finding, Measurement } from '../measurement.ts'
import { comparedRounds, samplesOf } from '../samples.ts'
import { setUpAccount } from '../server/account.ts'
import { createFunction, languages } from '../server/create-functions.ts'
import { type LambentServer, startServer } from '../server/lambent-server.ts'
import { timeDiskSync } from '../yardsticks/disk-sync.ts'

const NAME = 'changed'
const DISK_WRITES = 20

/** Changes that are answered when they are on disk, one after the other, beside the disk's own writes. */
export const mutations: Measurement = {
  name: 'mutations',
  async measure(bench) {
    await using server = await startServer(bench)
    const account = await setUpAccount(server)
    await createFunction(account, NAME, languages[0])
    using connection = openKeptConnection()
    const ask = askerOf(server, connection)
    const findings: Finding[] = []
    for (const [what, change] of Object.entries(changes)) {
      const rounds: { readonly diskMs: number; readonly changeMs: number }[] = []
      for (let round = 0; round < (bench.isQuick ? 3 : 10); round++) {
        const diskMs = timeDiskSync(server.dataDirectory, undefined, DISK_WRITES)
        const times: number[] = []
        for (let i = 0; i < (bench.isQuick ? 20 : 50); i++) times.push(await change(ask, i))
        rounds.push({ diskMs, changeMs: samplesOf(times).median })
      }
      const { value, yardstick } = comparedRounds(
        rounds,
        ({ changeMs }) => changeMs,
        ({ diskMs }) => diskMs,
      )
      const disk = { what: 'write + fdatasync of 4 KiB', unit: 'ms', ...yardstick } as const
      findings.push({ what: `${what}, p50 at c=1`, unit: 'ms', value, yardstick: disk })
    }
    return findings
  },
}

type Ask = (method: PlainRequest['method'], path: string, input?: object) => Promise<{ tookMs: number; body: string }>

/** Root's own key: what it may do need not be looked up, and so is not measured. */
function askerOf({ url, root }: LambentServer, connection: KeptConnection): Ask {
  return async (method, path, input) => {
    const body = input && JSON.stringify(input)
    const request = { method, url: `${url}${path}`, headers: {}, ...(body !== undefined && { body }) }
    const answer = await connection.send(signed(request, root))
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.body}`)
    return answer
  }
}

/** Each makes the change and returns how long that took; what has to be done for the next one is not counted. */
const changes: Readonly<Record<string, (ask: Ask, count: number) => Promise<number>>> = {
  UpdateFunctionConfiguration: async (ask, count) => {
    const path = `/2015-03-31/functions/${NAME}/configuration`
    const { tookMs } = await ask('PUT', path, { Description: `change ${count}` })
    for (let status = ''; status !== 'Successful'; ) status = JSON.parse((await ask('GET', path)).body).LastUpdateStatus
    return tookMs
  },
  PutFunctionConcurrency: async (ask, count) => {
    const input = { ReservedConcurrentExecutions: 1 + (count % 2) }
    return (await ask('PUT', `/2017-10-31/functions/${NAME}/concurrency`, input)).tookMs
  },
  AddPermission: async (ask, count) => {
    const path = `/2015-03-31/functions/${NAME}/policy`
    const StatementId = `statement-${count}`
    const input = { StatementId, Action: 'lambda:InvokeFunction', Principal: 'sns.amazonaws.com' }
    const { tookMs } = await ask('POST', path, input)
    await ask('DELETE', `${path}/${StatementId}`)
    return tookMs
  },
}
