import { cpuTimeUs } from '../cpu-time.ts'
import { openKeptConnection } from '../load/kept-connection.ts'
import { EVENT, invokeRequest, type PlainRequest, plainRequest, signed } from '../load/request.ts'
import { type Load, runWrk } from '../load/wrk.ts'
import type { Bar, Bench, Finding, Measurement, Unit } from '../measurement.ts'
import { pairedRatio, samplesOf } from '../samples.ts'
import { type Account, setUpAccount } from '../server/account.ts'
import { createFunction, type Language, languages } from '../server/create-functions.ts'
import { type LambentServer, startServer } from '../server/lambent-server.ts'
import { startBareHttp } from '../yardsticks/bare-http.ts'

interface Subject {
  readonly name: string
  /** The one that answers. */
  readonly processId: number
  /** Made anew for every run, because a signature does not last for long. */
  readonly request: () => PlainRequest
}

interface Turn extends Load {
  /** What the answering process took of a core for each request, which tells more than time where others are busy. */
  readonly cpuUs: number
}

const P50_BAR: Bar = { of: 'ratio', limit: 'at most', number: 2 }
const THROUGHPUT_BAR: Bar = { of: 'ratio', limit: 'at least', number: 0.2 }

/** Signed synchronous invocations of functions that run already, beside a bare `node:http` server with the same handler. */
export const warmInvoke: Measurement = {
  name: 'warm-invoke',
  async measure(bench) {
    await using server = await startServer(bench)
    await using bare = await startBareHttp()
    const account = await setUpAccount(server)
    const functions = await Promise.all(languages.map((language) => functionSubject(server, account, language)))
    const subjects: readonly Subject[] = [
      { name: 'bare', processId: bare.processId, request: () => plainRequest(bare.url) },
      ...functions,
    ]
    for (const { request } of subjects) await runWrk(bench, request(), 64, 1)
    const latency = await takeTurns(bench, subjects, { connections: 1, rounds: bench.isQuick ? 2 : 5 })
    const throughput = await takeTurns(bench, subjects, { connections: 16, rounds: bench.isQuick ? 2 : 5 })
    const crowded = await takeTurns(bench, subjects, { connections: 64, rounds: bench.isQuick ? 1 : 3 })
    return functions.flatMap(({ name }) => [
      compare(`warm invoke, ${name}, p50 at c=1`, 'us', latency, name, ({ p50Us }) => p50Us, P50_BAR),
      compare(`warm invoke, ${name}, throughput at c=16`, 'per s', throughput, name, rateOf, THROUGHPUT_BAR),
      compare(`warm invoke, ${name}, throughput at c=64`, 'per s', crowded, name, rateOf),
      compare(
        `warm invoke, ${name}, the server's CPU per request at c=16`,
        'us',
        throughput,
        name,
        ({ cpuUs }) => cpuUs,
      ),
    ])
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

/** Rounds in which each subject has its turn. */
async function takeTurns(
  bench: Bench,
  subjects: readonly Subject[],
  { connections, rounds }: { readonly connections: number; readonly rounds: number },
): Promise<ReadonlyMap<string, readonly Turn[]>> {
  const seconds = bench.isQuick ? 1 : 3
  const turns = new Map(subjects.map(({ name }) => [name, [] as Turn[]]))
  for (let round = 0; round < rounds; round++) {
    for (const { name, processId, request } of subjects) {
      const startUs = cpuTimeUs(processId)
      const load = await runWrk(bench, request(), connections, seconds)
      turns.get(name)?.push({ ...load, cpuUs: (cpuTimeUs(processId) - startUs) / load.requests })
    }
  }
  return turns
}

const rateOf = ({ perSecond }: Turn) => perSecond

function compare(
  what: string,
  unit: Unit,
  turns: ReadonlyMap<string, readonly Turn[]>,
  name: string,
  read: (turn: Turn) => number,
  bar?: Bar,
): Finding {
  const [values, yardsticks] = [name, 'bare'].map((subject) => (turns.get(subject) ?? []).map(read))
  const ratio = pairedRatio(values ?? [], yardsticks ?? [])
  const yardstick = { what: 'bare node:http', unit, value: samplesOf(yardsticks ?? []), ratio }
  return { what, unit, value: samplesOf(values ?? []), yardstick, ...(bar && { bar }) }
}
