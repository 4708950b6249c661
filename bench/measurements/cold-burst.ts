import { burst } from '../load/burst.ts'
import { invokeRequest, signed } from '../load/request.ts'
import type { Finding, Measurement } from '../measurement.ts'
import { samplesOf } from '../samples.ts'
import { type Account, setUpAccount } from '../server/account.ts'
import { createFunction, createManyFunctions, helpers } from '../server/create-functions.ts'
import { startServer } from '../server/lambent-server.ts'

// The server gives up on an invocation after two minutes.
const LIMIT_MS = 150_000

/** So many invocations at once, none of which finds an environment: of as many functions, and of one that sleeps. */
export const coldBurst: Measurement = {
  name: 'cold-burst',
  async measure(bench) {
    const count = bench.isQuick ? 60 : 500
    return [
      await measureFunctions(await startServer(bench), count),
      await measureSleepers(await startServer(bench), count),
    ]
  },
}

async function measureFunctions(started: Awaited<ReturnType<typeof startServer>>, count: number): Promise<Finding> {
  await using server = started
  const account = await setUpAccount(server)
  await createManyFunctions(account, 0, count)
  const names = Array.from({ length: count }, (_, index) => `many-${index}`)
  return finding(`first invocations of ${count} functions at once`, await invokeAll(account, names))
}

async function measureSleepers(started: Awaited<ReturnType<typeof startServer>>, count: number): Promise<Finding> {
  await using server = started
  const account = await setUpAccount(server)
  await createFunction(account, 'sleeper', helpers.sleep)
  const names = Array.from({ length: count }, () => 'sleeper')
  return finding(`${count} invocations at once of a function that sleeps 2 s`, await invokeAll(account, names))
}

const invokeAll = ({ server, caller }: Account, names: readonly string[]) =>
  burst(
    names.map((name) => signed(invokeRequest(server.url, name, 'RequestResponse'), caller)),
    LIMIT_MS,
  )

const finding = (what: string, values: readonly number[]): Finding => ({
  what: `${what}, until each was answered`,
  unit: 'ms',
  value: samplesOf(values),
})
