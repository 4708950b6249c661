import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Bench } from '../measurement.ts'
import { endProcess, startProcess } from '../processes.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A server as `npm start` starts it: signatures and permissions checked, functions sandboxed. */
export interface LambentServer extends AsyncDisposable {
  readonly url: string
  readonly dataDirectory: string
  readonly root: Credentials
  /** From the start of the command until the server says that it is ready. */
  readonly startMs: number
  /** The process that serves, which the started command has started in turn. */
  readonly processId: number
}

export const REGION = 'us-east-1'
export const ACCOUNT = '000000000000'

const projectRoot = join(import.meta.dirname, '../..')
/** Node.js versions that functions ask for are fetched once, not by every run. */
export const RUNTIMES_DIRECTORY = join(projectRoot, '.cache/runtimes')
const START_LIMIT_MS = 30_000

/** Without a data directory the server gets one of its own, which goes with it. */
export async function startServer(bench: Bench, kept?: string): Promise<LambentServer> {
  const dataDirectory = kept ?? mkdtempSync(join(bench.directory, 'data-'))
  const options = [
    '--port',
    '0',
    '--data-dir',
    dataDirectory,
    '--runtimes-dir',
    RUNTIMES_DIRECTORY,
    '--region',
    REGION,
    '--account',
    ACCOUNT,
  ]
  const startedMs = performance.now()
  const child = startProcess(process.execPath, ['tools/bootstrap.mjs', 'src/server/main.ts', ...options], {
    cwd: projectRoot,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const url = await untilReady(child)
  return {
    url,
    dataDirectory,
    root: readCredentials(dataDirectory),
    startMs: performance.now() - startedMs,
    processId: onlyChildOf(child.pid ?? 0),
    [Symbol.asyncDispose]: async () => {
      await endProcess(child)
      if (kept === undefined) rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}

async function untilReady(child: ChildProcess): Promise<string> {
  let output = ''
  child.stderr?.on('data', (chunk) => (output += chunk))
  const ready = new Promise<string>((resolve) => {
    if (!child.stdout) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`
      const url = /^lambent ready on (\S+)$/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error(`the server ended before it was ready:\n${output}`)),
  )
  const timer = setTimeout(() => child.kill(), START_LIMIT_MS)
  const url = await Promise.race([ready, ended])
  ended.catch(() => {})
  clearTimeout(timer)
  return url
}

/** Nothing of this machine's own settings may change what is measured. */
const cleanEnvironment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|LAMBENT)_/.test(name)))

const onlyChildOf = (processId: number) =>
  Number(readFileSync(`/proc/${processId}/task/${processId}/children`, 'utf8').trim().split(' ')[0])

function readCredentials(dataDirectory: string): Credentials {
  const text = readFileSync(join(dataDirectory, 'credentials'), 'utf8')
  const value = (name: string) => new RegExp(`^${name} = (.*)$`, 'm').exec(text)?.[1] ?? ''
  return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') }
}
