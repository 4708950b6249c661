import { eventOf, invokeRequest, signed } from '../load/request.ts'
import { runWrk } from '../load/wrk.ts'
import type { Bench, Measurement } from '../measurement.ts'
import { samplesOf } from '../samples.ts'
import { type Account, setUpAccount } from '../server/account.ts'
import { createHeldFunction, deleteFunction } from '../server/create-functions.ts'
import { type LambentServer, startServer } from '../server/lambent-server.ts'
import { residentKib } from '../server/resident-memory.ts'

const BYTES = 128
const CONNECTIONS = 16
const FILLING_CONNECTIONS = 64

/** What a long queue does to the acceptance of further events, and to the server's memory. */
export const eventBacklog: Measurement = {
  name: 'event-backlog',
  async measure(bench) {
    const queued = bench.isQuick ? 20_000 : 1_000_000
    await using server = await startServer(bench)
    const account = await setUpAccount(server)
    await acceptRates(bench, server, account, 'warm-up', 1)
    const rounds = bench.isQuick ? 2 : 5
    const whenEmpty = await acceptRates(bench, server, account, 'empty', rounds)
    const emptyKib = residentKib(server)
    await createHeldFunction(account, 'backlog')
    for (let count = 0; count < queued; )
      count += (await accept(bench, server, account, 'backlog', FILLING_CONNECTIONS)).requests
    const filledKib = residentKib(server)
    const whenFilled = await acceptRates(bench, server, account, 'filled', rounds)
    const [value, empty] = [samplesOf(whenFilled), samplesOf(whenEmpty)]
    const yardstick = { what: 'empty queue', unit: 'per s', value: empty, ratio: value.median / empty.median } as const
    const what = `with ${queued} events in the queue`
    return [
      {
        what: `event accept ${what}, rate at c=16`,
        unit: 'per s',
        value,
        yardstick,
        bar: { of: 'ratio', limit: 'at least', number: 0.8 },
      },
      {
        what: `memory of the server ${what}`,
        unit: 'MiB',
        value: samplesOf([filledKib / 1024]),
        yardstick: {
          what: 'empty queue',
          unit: 'MiB',
          value: samplesOf([emptyKib / 1024]),
          ratio: filledKib / emptyKib,
        },
        bar: { of: 'ratio', limit: 'at most', number: 1.5 },
      },
    ]
  },
}

async function acceptRates(bench: Bench, server: LambentServer, account: Account, name: string, rounds: number) {
  const rates: number[] = []
  for (let round = 0; round < rounds; round++) {
    await createHeldFunction(account, name)
    rates.push((await accept(bench, server, account, name, CONNECTIONS)).perSecond)
    await deleteFunction(account, name)
  }
  return rates
}

/** For a second; a signature lasts for minutes only. */
function accept(bench: Bench, { url }: LambentServer, { caller }: Account, name: string, connections: number) {
  const seconds = bench.isQuick ? 1 : 3
  return runWrk(bench, signed(invokeRequest(url, name, 'Event', eventOf(BYTES)), caller), connections, seconds)
}
