import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { FilterFile } from './seccomp/filter-file.ts'

const NAMESPACES = ['--unshare-pid', '--unshare-ipc', '--unshare-uts']
const PATIENCE_MS = 10_000
const FILTER_FD = 3

/**
 * A namespace may be forbidden by the host; better to know when the server starts than at the first invocation. Answers
 * the filter when this kernel takes it.
 */
export async function probe(filter: FilterFile | undefined): Promise<FilterFile | undefined> {
  if (filter !== undefined && (await complaint(filter)) === undefined) return filter
  const error = await complaint(undefined)
  if (error !== undefined) throw new Error(`bubblewrap does not work on this machine: ${error}`)
  return undefined
}

async function complaint(filter: FilterFile | undefined): Promise<string | undefined> {
  const user = process.getuid?.() === 0 ? [] : ['--unshare-user']
  const filtered = filter === undefined ? [] : ['--seccomp', String(FILTER_FD)]
  const start = (descriptor: number | 'ignore') =>
    spawn('bwrap', [...NAMESPACES, ...user, ...filtered, '--ro-bind', '/', '/', 'true'], {
      stdio: ['ignore', 'ignore', 'pipe', descriptor],
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      timeout: PATIENCE_MS,
    })
  const child = filter?.lend(start) ?? start('ignore')
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code, signal) => resolve(code === 0 ? undefined : `it ended with ${signal ?? code}`))
  })
  const said = child.stderr === null ? '' : await text(child.stderr).catch(() => '')
  const failure = await ended
  return failure && (said.trim() || failure)
}
