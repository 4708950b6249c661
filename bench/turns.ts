import { cpuTimeUs } from './cpu-time.ts'
import { type PlainRequest, plainRequest } from './load/request.ts'
import { type Load, runWrk } from './load/wrk.ts'
import type { Bar, Bench, Finding, Unit } from './measurement.ts'
import { pairedRatio, samplesOf } from './samples.ts'
import type { BareHttp } from './yardsticks/bare-http.ts'

/** One of those that answer the same requests. */
export interface Subject {
  readonly name: string
  /** The one that answers. */
  readonly processId: number
  /** Made anew for every run, because a signature does not last for long. */
  readonly request: () => PlainRequest
}

/** The name of the yardstick. */
export const BARE = 'bare node:http'
export const bareSubject = ({ processId, url }: BareHttp): Subject => ({
  name: BARE,
  processId,
  request: () => plainRequest(url),
})

export interface Turn extends Load {
  /** What the answering process took of a core for each request, which tells more than time where others are busy. */
  readonly cpuUs: number
}

/** By the name of the subject. */
export type Turns = ReadonlyMap<string, readonly Turn[]>

/** Of every warm synchronous invocation, whoever calls and whatever runs, beside bare `node:http`. */
export const P50_BAR: Bar = { of: 'ratio', limit: 'at most', number: 2 }
export const THROUGHPUT_BAR: Bar = { of: 'ratio', limit: 'at least', number: 0.2 }

/** Rounds in which each subject has its turn. */
export async function takeTurns(
  bench: Bench,
  subjects: readonly Subject[],
  { connections, rounds }: { readonly connections: number; readonly rounds: number },
): Promise<Turns> {
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

export const p50Of = ({ p50Us }: Turn) => p50Us
export const rateOf = ({ perSecond }: Turn) => perSecond

/** What one subject reached, beside what another did in the same rounds. */
export function compareTurns(
  what: string,
  unit: Unit,
  turns: Turns,
  [name, yardstick]: readonly [string, string],
  read: (turn: Turn) => number,
  bar?: Bar,
): Finding {
  const [values = [], yardsticks = []] = [name, yardstick].map((subject) => turns.get(subject)?.map(read))
  const ratio = pairedRatio(values, yardsticks)
  return {
    what,
    unit,
    value: samplesOf(values),
    yardstick: { what: yardstick, unit, value: samplesOf(yardsticks), ratio },
    ...(bar && { bar }),
  }
}
