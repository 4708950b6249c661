import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Certificate } from './certificate.ts'

const root = join(import.meta.dirname, '../..')

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A server of its own, started as users start it: on a free port, with its own data directory. */
export interface TestServer {
  readonly url: string
  readonly region: string
  readonly account: string
  readonly dataDirectory: string
  readonly credentials: Credentials
  readonly process: ChildProcess
  /** The file with the authority that clients have to trust, when the server speaks TLS. */
  readonly ca?: string
  /** What the server has printed so far. */
  output(): string
  /** What of it went to the standard error stream. */
  errors(): string
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL; the data directory stays. */
  kill(): Promise<void>
  /** Ends the server if it runs, and removes its data directory. */
  [Symbol.asyncDispose](): Promise<void>
}

export interface ServerSetup {
  readonly dataDirectory?: string
  readonly args?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** A program that starts the server, whose command line follows. */
  readonly within?: readonly string[]
  /** SIGKILL so long after its process was begun, ready or not. */
  readonly killAfterMs?: number
  /** Runs the server as this user and group, which only root can. */
  readonly user?: number
  /** Makes the server speak TLS. */
  readonly certificate?: Certificate
}

export const ACCOUNT = '000000000000'
export const REGION = 'us-east-1'

/** Program and first arguments that start a server; options follow. */
export const serverCommand: readonly [string, ...string[]] = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  join(root, 'src/server/main.ts'),
]

/** The environment of a program that finds nothing of this machine's own AWS settings. */
export function cleanEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AWS|LAMBENT|NODE)_/.test(name)),
  ) as Record<string, string>
}

/** The environment of a client of the server: the variables that every AWS client reads. */
export function awsEnvironment(server: TestServer, credentials = server.credentials): Record<string, string> {
  return {
    ...cleanEnvironment(),
    AWS_ENDPOINT_URL: server.url,
    AWS_DEFAULT_REGION: server.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    // Nothing is looked up at AWS, and nothing is read from the user's own files.
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    ...(server.ca && { AWS_CA_BUNDLE: server.ca }),
  }
}

export async function startTestServer(setup: ServerSetup = {}): Promise<TestServer> {
  const dataDirectory = setup.dataDirectory ?? mkdtempSync(join(tmpdir(), 'lambent-test-'))
  const { user } = setup
  if (user !== undefined) chownSync(dataDirectory, user, user)
  const [command = '', ...main] = [...(setup.within ?? []), ...serverCommand]
  // Interpreters are fetched once for all tests.
  const runtimes = ['--runtimes-dir', join(root, '.cache/runtimes')]
  const { certificate } = setup
  const tls = certificate ? ['--tls-cert', certificate.cert, '--tls-key', certificate.key] : []
  const args = [...main, '--port', '0', '--data-dir', dataDirectory, ...runtimes, ...tls, ...(setup.args ?? [])]
  const child = spawn(command, args, {
    cwd: root,
    env: { ...cleanEnvironment(), ...setup.environment },
    ...(user !== undefined && { uid: user, gid: user }),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: setup.killAfterMs,
    killSignal: 'SIGKILL',
  })
  let output = ''
  let errors = ''
  child.stderr.on('data', (chunk) => {
    output += chunk
    errors += chunk
  })
  const exited = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`
      const ready = /^lambent ready on (\S+)$/.exec(line)
      if (ready?.[1]) resolve(ready[1])
    })
    exited.then(() => reject(new Error(`the server ended before it was ready:\n${output}`)))
  })
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    const [code] = await exited
    return code as number | null
  }
  return {
    url,
    region: REGION,
    account: ACCOUNT,
    dataDirectory,
    credentials: readCredentials(dataDirectory),
    process: child,
    ...(certificate && { ca: certificate.ca }),
    output: () => output,
    errors: () => errors,
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL')
    },
    [Symbol.asyncDispose]: async () => {
      await end('SIGTERM')
      if (setup.dataDirectory === undefined) rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}

/** The server as the root user of one of its further accounts sees it. */
export const inAccount = (server: TestServer, account: string): TestServer => ({
  ...server,
  account,
  credentials: readCredentials(server.dataDirectory, `account-${account}`),
})

function readCredentials(dataDirectory: string, profile = 'default'): Credentials {
  const [, text = ''] = readFileSync(join(dataDirectory, 'credentials'), 'utf8').split(`[${profile}]\n`)
  const value = (name: string) => new RegExp(`^${name} = (.*)$`, 'm').exec(text)?.[1] ?? ''
  return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') }
}
