import { DeleteFunctionCommand } from '@aws-sdk/client-lambda'
import { invokeRequest, signed } from '../load/request.ts'
import { type Load, runWrk } from '../load/wrk.ts'
import type { Bar, Bench, Measurement } from '../measurement.ts'
import { pairedRatio, samplesOf } from '../samples.ts'
import { type Account, setUpAccount } from '../server/account.ts'
import { createFunction, languages } from '../server/create-functions.ts'
import { type LambentServer, startServer } from '../server/lambent-server.ts'
import { timeDiskSync } from '../yardsticks/disk-sync.ts'

interface Round {
  /** Median of one write and fdatasync. */
  readonly diskMs: number
  readonly load: Load
}

const RATE_BAR: Bar = { of: 'value', limit: 'at least', number: 3000 }

/** Events that are answered when they are on disk, and delivered meanwhile, beside the disk's own writes. */
export const eventAccept: Measurement = {
  name: 'event-accept',
  async measure(bench) {
    await using server = await startServer(bench)
    const account = await setUpAccount(server)
    const alone = await playRounds(bench, server, account, 1)
    const crowd = await playRounds(bench, server, account, 64)
    const p50 = compare(
      alone,
      ({ load }) => load.p50Us / 1000,
      ({ diskMs }) => diskMs,
    )
    const rate = compare(
      crowd,
      ({ load }) => load.perSecond,
      ({ diskMs }) => 1000 / diskMs,
    )
    const disk = 'write + fdatasync of 4 KiB'
    return [
      {
        what: 'event accept, p50 at c=1',
        unit: 'ms',
        value: p50.value,
        yardstick: { what: disk, unit: 'ms', ...p50.yardstick },
      },
      {
        what: 'event accept, rate at c=64',
        unit: 'per s',
        value: rate.value,
        yardstick: { what: disk, unit: 'per s', ...rate.yardstick },
        bar: RATE_BAR,
      },
    ]
  },
}

/** Each round has a function of its own: deleting it empties the queue before the next one. */
async function playRounds(
  bench: Bench,
  server: LambentServer,
  account: Account,
  connections: number,
): Promise<readonly Round[]> {
  const rounds: Round[] = []
  for (let round = 0; round < (bench.isQuick ? 2 : 5); round++) {
    const name = `event-${connections}-${round}`
    await createFunction(account, name, languages[0])
    const request = signed(invokeRequest(server.url, name, 'Event'), account.caller)
    if (round === 0) await runWrk(bench, request, connections, 1)
    const diskMs = timeDiskSync(server.dataDirectory)
    const load = await runWrk(bench, request, connections, bench.isQuick ? 1 : 3)
    rounds.push({ diskMs, load })
    await account.lambda.send(new DeleteFunctionCommand({ FunctionName: name }))
  }
  return rounds
}

function compare(rounds: readonly Round[], measure: (round: Round) => number, yardstickOf: (round: Round) => number) {
  const [values, yardsticks] = [rounds.map(measure), rounds.map(yardstickOf)]
  return {
    value: samplesOf(values),
    yardstick: { value: samplesOf(yardsticks), ratio: pairedRatio(values, yardsticks) },
  }
}
