import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { endProcess, startProcess } from '../processes.ts'

/** One of AWS's runtime clients, outside of any sandbox, that is served by nothing but a bare Runtime API. */
export interface BareClient extends AsyncDisposable {
  /** The median time of so many events, each handed out when the one before has been answered. */
  medianUs(events: number, event: string): Promise<number>
}

export interface Program {
  readonly command: readonly [string, ...string[]]
  /** Where it finds the function. */
  readonly directory: string
  readonly handler: string
}

// For the start of the client, and for the events.
const LIMIT_MS = 60_000

export async function startBareClient({
  command: [executable, ...args],
  directory,
  handler,
}: Program): Promise<BareClient> {
  const api = startProcess(process.execPath, [join(import.meta.dirname, 'bare-runtime-api.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  if (!api.stdout || !api.stdin) throw new Error('a process without input and output')
  const { stdin } = api
  const lines = createInterface({ input: api.stdout })
  const nextLine = async () => {
    const line = once(lines, 'line', { signal: AbortSignal.timeout(LIMIT_MS) })
    const [text] = await line.catch((cause) => {
      throw new Error(`${executable} did not answer its events within ${LIMIT_MS / 1000} s`, { cause })
    })
    return String(text)
  }
  const address = await nextLine()
  const client = startProcess(executable, args, {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      ...variables,
      AWS_LAMBDA_RUNTIME_API: address,
      LAMBDA_TASK_ROOT: directory,
      _HANDLER: handler,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return {
    async medianUs(events, event) {
      const line = nextLine()
      stdin.write(`${events} ${event}\n`)
      return Number(await line)
    },
    async [Symbol.asyncDispose]() {
      await endProcess(client)
      await endProcess(api)
    },
  }
}

const variables = {
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/bench',
  AWS_LAMBDA_LOG_STREAM_NAME: 'bench',
  AWS_REGION: 'us-east-1',
}
