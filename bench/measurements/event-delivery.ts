import { cpuTimeUs } from '../cpu-time.ts'
import { startFinishCounter } from '../load/finish-counter.ts'
import { invokeRequest, signed } from '../load/request.ts'
import { runWrk } from '../load/wrk.ts'
import type { Measurement } from '../measurement.ts'
import { samplesOf } from '../samples.ts'
import { setUpAccount } from '../server/account.ts'
import { createFunction, helpers } from '../server/create-functions.ts'
import { startServer } from '../server/lambent-server.ts'

const CONNECTIONS = 16
const NAME = 'count'

/** From the first acceptance to the end of the last handler, while events come as fast as they are taken. */
export const eventDelivery: Measurement = {
  name: 'event-delivery',
  async measure(bench) {
    using counter = await startFinishCounter()
    await using server = await startServer(bench)
    const account = await setUpAccount(server)
    await createFunction(account, NAME, helpers.count)
    const deliver = async (seconds: number) => {
      const body = JSON.stringify({ port: counter.port })
      const request = signed(invokeRequest(server.url, NAME, 'Event', body), account.caller)
      const [before, startedMs, startUs] = [counter.count, performance.now(), cpuTimeUs(server.processId)]
      const { requests } = await runWrk(bench, request, CONNECTIONS, seconds)
      await counter.reach(before + requests)
      return {
        perSecond: (1000 * requests) / (performance.now() - startedMs),
        cpuUs: (cpuTimeUs(server.processId) - startUs) / requests,
      }
    }
    await deliver(1)
    const rounds: Awaited<ReturnType<typeof deliver>>[] = []
    for (let round = 0; round < (bench.isQuick ? 2 : 5); round++) rounds.push(await deliver(bench.isQuick ? 1 : 5))
    return [
      {
        what: 'events accepted and handled, Node, rate at c=16',
        unit: 'per s',
        value: samplesOf(rounds.map(({ perSecond }) => perSecond)),
        bar: { of: 'value', limit: 'at least', number: 4000 },
      },
      {
        what: "events accepted and handled, Node, the server's CPU per event",
        unit: 'us',
        value: samplesOf(rounds.map(({ cpuUs }) => cpuUs)),
      },
    ]
  },
}
