import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../measurement.ts'
import { runCommand } from '../run-command.ts'
import type { PlainRequest } from './request.ts'

/** What one run of wrk saw. */
export interface Load {
  readonly requests: number
  readonly p50Us: number
  readonly p99Us: number
  readonly perSecond: number
}

// What wrk may take beyond the run itself to connect and to end.
const GRACE_MS = 10_000

let scripts = 0

/** The tool is not part of the project: a sentence for whoever has not installed it. */
export async function missingWrk(): Promise<string | undefined> {
  const isPresent = await runCommand('sh', ['-c', 'command -v wrk'], GRACE_MS).catch(() => undefined)
  return isPresent === undefined ? 'bench needs wrk: apt-get install wrk' : undefined
}

/** Sends the same request over `connections` connections, each waiting for its answer; any failure fails the run. */
export async function runWrk(bench: Bench, request: PlainRequest, connections: number, seconds: number): Promise<Load> {
  const script = join(bench.directory, `request-${scripts++}.lua`)
  writeFileSync(script, scriptOf(request))
  const args = [
    '-t',
    '1',
    '-c',
    String(connections),
    '-d',
    `${seconds}s`,
    '--timeout',
    '10s',
    '-s',
    script,
    request.url,
  ]
  const output = await runCommand('wrk', args, seconds * 1000 + GRACE_MS)
  const [, requests = 0, durationUs = 0, p50Us = 0, p99Us = 0, failures = 0] = (
    /^counted (\S+) (\S+) (\S+) (\S+) (\S+)$/m.exec(output) ?? []
  ).map(Number)
  if (requests === 0 || failures > 0) throw new Error(`${failures} of ${requests} requests to ${request.url} failed`)
  return { requests, p50Us, p99Us, perSecond: (requests / durationUs) * 1e6 }
}

/** Header values and bodies are ASCII, for which JSON's string literals are Lua's as well. */
function scriptOf({ method, headers, body }: PlainRequest): string {
  const lines = Object.entries(headers).map(
    ([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`,
  )
  return `wrk.method = ${JSON.stringify(method)}
${lines.join('\n')}
${body === undefined ? '' : `wrk.body = ${JSON.stringify(body)}`}
done = function(summary, latency)
  local e = summary.errors
  local failures = e.connect + e.read + e.write + e.status + e.timeout
  local p50, p99 = latency:percentile(50), latency:percentile(99)
  print(string.format("counted %d %d %d %d %d", summary.requests, summary.duration, p50, p99, failures))
end
`
}
