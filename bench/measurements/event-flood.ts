import { startFinishCounter } from '../load/finish-counter.ts'
import { invokeRequest, signed } from '../load/request.ts'
import { runWrk } from '../load/wrk.ts'
import type { Finding, Measurement } from '../measurement.ts'
import { samplesOf } from '../samples.ts'
import { setUpAccount } from '../server/account.ts'
import { createFunction, helpers, languages } from '../server/create-functions.ts'
import { startServer } from '../server/lambent-server.ts'

const FLOODED = 'flooded'
const QUIET = 'quiet'
const CONNECTIONS = 16

/** How long callers of one function wait while another function has more events than it can handle. */
export const eventFlood: Measurement = {
  name: 'event-flood',
  async measure(bench) {
    const events = bench.isQuick ? 15_000 : 100_000
    using counter = await startFinishCounter()
    await using server = await startServer(bench)
    const account = await setUpAccount(server)
    await createFunction(account, FLOODED, helpers.count)
    await createFunction(account, QUIET, languages[0])
    const body = JSON.stringify({ port: counter.port })
    const seconds = bench.isQuick ? 1 : 3
    const flood = () =>
      runWrk(bench, signed(invokeRequest(server.url, FLOODED, 'Event', body), account.caller), CONNECTIONS, seconds)
    const call = async () => {
      const request = signed(invokeRequest(server.url, QUIET, 'RequestResponse'), account.caller)
      return (await runWrk(bench, request, 1, seconds)).p99Us / 1000
    }
    await call()
    const quiet = [await call(), await call()]
    const flooded: number[] = []
    for (let count = 0; count < events; ) {
      const [{ requests }, p99Ms] = await Promise.all([flood(), call()])
      count += requests
      flooded.push(p99Ms)
    }
    const [value, calm] = [samplesOf(flooded), samplesOf(quiet)]
    const finding: Finding = {
      what: `warm invoke, Node, p99 at c=1 while ${events} events flood another function`,
      unit: 'ms',
      value,
      yardstick: { what: 'without', unit: 'ms', value: calm, ratio: value.median / calm.median },
      bar: { of: 'ratio', limit: 'at most', number: 2 },
    }
    return [finding]
  },
}
