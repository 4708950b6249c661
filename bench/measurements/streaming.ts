import { Agent } from 'node:http'
import { join } from 'node:path'
import { readStream } from '../load/read-stream.ts'
import { type PlainRequest, plainRequest, signed, streamRequest } from '../load/request.ts'
import type { Bench, Finding, Measurement } from '../measurement.ts'
import { pairedRatio, samplesOf } from '../samples.ts'
import { setUpAccount } from '../server/account.ts'
import { createFunction } from '../server/create-functions.ts'
import { startServer } from '../server/lambent-server.ts'
import { startBareHttp } from '../yardsticks/bare-http.ts'

/** As much memory as belongs to a whole processor. */
const STREAMING = { name: 'Node', code: 'stream-node', runtime: 'nodejs24.x', memoryMb: 1769 } as const
const handler = join(import.meta.dirname, '../functions/stream-node/index.mjs')
const MIB = 128

/** What a function streams, beside the same handler behind a bare `node:http` server. */
export const streaming: Measurement = {
  name: 'streaming',
  async measure(bench) {
    await using server = await startServer(bench)
    await using bare = await startBareHttp('bare-stream.ts', handler)
    const account = await setUpAccount(server)
    await createFunction(account, STREAMING.code, STREAMING)
    const here = (event: object) => signed(streamRequest(server.url, STREAMING.code, event), account.caller)
    const there = (event: object) => plainRequest(bare.url, event)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    try {
      return [
        await compare('first streamed byte, p50 after the write', 'us', bench, here, there, (make) =>
          firstByteUs(agent, make, bench.isQuick ? 100 : 500),
        ),
        await compare('streaming throughput', 'MB/s', bench, here, there, (make) => megabytesPerSecond(agent, make)),
      ]
    } finally {
      agent.destroy()
    }
  },
}

type Make = (event: object) => PlainRequest

async function compare(
  what: string,
  unit: 'us' | 'MB/s',
  bench: Bench,
  here: Make,
  there: Make,
  measure: (make: Make) => Promise<number>,
): Promise<Finding> {
  const [values, yardsticks]: [number[], number[]] = [[], []]
  // The first of both is not counted: nothing is warm yet.
  for (let round = -1; round < (bench.isQuick ? 3 : 7); round++) {
    const [yardstick, value] = [await measure(there), await measure(here)]
    if (round < 0) continue
    yardsticks.push(yardstick)
    values.push(value)
  }
  const yardstick = {
    what: 'bare node:http',
    unit,
    value: samplesOf(yardsticks),
    ratio: pairedRatio(values, yardsticks),
  }
  return { what, unit, value: samplesOf(values), yardstick }
}

async function firstByteUs(agent: Agent, make: Make, count: number): Promise<number> {
  const request = make({})
  const values: number[] = []
  for (let number = 0; number < count; number++)
    values.push((await readStream(agent, request)).firstByteUs ?? Number.NaN)
  return samplesOf(values).median
}

async function megabytesPerSecond(agent: Agent, make: Make): Promise<number> {
  const { bytes, tookMs } = await readStream(agent, make({ mib: MIB }))
  if (bytes < MIB * 2 ** 20) throw new Error(`only ${bytes} bytes were streamed`)
  return bytes / 1e6 / (tookMs / 1000)
}
