import { cpuTimeUs } from '../cpu-time.ts'
import { eventOf, invokeRequest, signed } from '../load/request.ts'
import { type Load as Answers, runWrk } from '../load/wrk.ts'
import type { Bar, Bench, Finding, Measurement } from '../measurement.ts'
import { comparedRounds, samplesOf } from '../samples.ts'
import { type Account, setUpAccount } from '../server/account.ts'
import { createFunction, createHeldFunction, deleteFunction, languages } from '../server/create-functions.ts'
import { type LambentServer, startServer } from '../server/lambent-server.ts'
import { timeDiskSync } from '../yardsticks/disk-sync.ts'

interface Load {
  readonly bytes: number
  /** Whether the events run while others are accepted. */
  readonly isDelivered: boolean
  readonly connections: number
}

interface Setting extends Load {
  readonly what: string
  readonly bar?: Bar
}

interface Round {
  /** Median of one write and fdatasync: of a page at least, as the database writes pages. */
  readonly diskMs: number
  readonly answers: Answers
  /** What the server took of a core for each event. */
  readonly cpuUs: number
}

const [SMALL, LARGE] = [128, 256 * 1024]
const PAGE_BYTES = 4096
const NAME = 'event'

const settings: readonly Setting[] = [
  {
    what: 'event accept, 128 B, p50 at c=1',
    bytes: SMALL,
    isDelivered: false,
    connections: 1,
    bar: { of: 'ratio', limit: 'at most', number: 2.5 },
  },
  {
    what: 'event accept, 128 B, rate at c=16',
    bytes: SMALL,
    isDelivered: false,
    connections: 16,
    bar: { of: 'value', limit: 'at least', number: 10_000 },
  },
  { what: 'event accept, 256 KiB, p50 at c=1', bytes: LARGE, isDelivered: false, connections: 1 },
  { what: 'event accept, 256 KiB, rate at c=16', bytes: LARGE, isDelivered: false, connections: 16 },
  {
    what: 'event accept, 128 B, delivered meanwhile, rate at c=64',
    bytes: SMALL,
    isDelivered: true,
    connections: 64,
    bar: { of: 'value', limit: 'at least', number: 3000 },
  },
]

/** Events that are answered when they are on disk, beside the disk's own writes. */
export const eventAccept: Measurement = {
  name: 'event-accept',
  async measure(bench) {
    await using server = await startServer(bench)
    const account = await setUpAccount(server)
    const findings: Finding[] = []
    // A warm-up.
    await playRound(bench, server, account, { bytes: SMALL, isDelivered: true, connections: 64 }, 1)
    for (const setting of settings) {
      const rounds = await playRounds(bench, server, account, setting)
      findings.push(describe(setting, rounds))
      if (setting.connections === 1) continue
      const what = `${setting.what.slice(0, setting.what.indexOf(', rate'))}, the server's CPU per event`
      findings.push({ what, unit: 'us', value: samplesOf(rounds.map(({ cpuUs }) => cpuUs)) })
    }
    return findings
  },
}

function describe({ what, bytes, connections, bar }: Setting, rounds: readonly Round[]): Finding {
  const disk = `write + fdatasync of ${Math.max(bytes, PAGE_BYTES) / 1024} KiB`
  const { value, yardstick, unit } =
    connections === 1
      ? {
          ...comparedRounds(
            rounds,
            ({ answers }) => answers.p50Us / 1000,
            ({ diskMs }) => diskMs,
          ),
          unit: 'ms' as const,
        }
      : {
          ...comparedRounds(
            rounds,
            ({ answers }) => answers.perSecond,
            ({ diskMs }) => 1000 / diskMs,
          ),
          unit: 'per s' as const,
        }
  return { what, unit, value, yardstick: { what: disk, unit, ...yardstick }, ...(bar && { bar }) }
}

async function playRounds(bench: Bench, server: LambentServer, account: Account, setting: Setting) {
  const rounds: Round[] = []
  for (let round = 0; round < (bench.isQuick ? 2 : 5); round++)
    rounds.push(await playRound(bench, server, account, setting, bench.isQuick ? 1 : 3))
  return rounds
}

/** Each round has a function of its own: deleting it empties the queue before the next one. */
async function playRound(
  bench: Bench,
  server: LambentServer,
  account: Account,
  { bytes, isDelivered, connections }: Load,
  seconds: number,
): Promise<Round> {
  await (isDelivered ? createFunction(account, NAME, languages[0]) : createHeldFunction(account, NAME))
  const request = signed(invokeRequest(server.url, NAME, 'Event', eventOf(bytes)), account.caller)
  const diskMs = timeDiskSync(server.dataDirectory, Math.max(bytes, PAGE_BYTES))
  const startUs = cpuTimeUs(server.processId)
  const answers = await runWrk(bench, request, connections, seconds)
  const cpuUs = (cpuTimeUs(server.processId) - startUs) / answers.requests
  await deleteFunction(account, NAME)
  return { diskMs, answers, cpuUs }
}
