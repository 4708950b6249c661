import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { Log } from '#base'
import { removeServerGroups } from './cgroups/cgroup-tree.ts'
import { unmount } from './sandbox/ephemeral-storage.ts'

/**
 * `environments/<server>` below the data directory: all that this server's environments leave on disk. The name tells
 * who the server is, so that a later one can see that it has died and clean up after it.
 */
export interface ServerDirectory {
  readonly name: string
  readonly path: string
  /** Writes down which control groups have to be removed with it. */
  record(cgroupDirectories: readonly string[]): Promise<void>
  remove(): Promise<void>
}

export async function openServerDirectory(dataDirectory: string): Promise<ServerDirectory> {
  const parent = `${dataDirectory}/environments`
  const { namespace, pid, started } = identify(process.pid)
  const name = [namespace, pid, started, opened++].join('-')
  const path = `${parent}/${name}`
  // Only the server may look inside: functions' files lie here.
  await mkdir(path, { recursive: true, mode: 0o700 })
  return {
    name,
    path,
    record: (directories) => writeFile(`${path}/${CGROUPS_FILE}`, JSON.stringify(directories)),
    remove: () => rm(path, { recursive: true, force: true }),
  }
}

/** Removes processes, control groups, mounts and files of servers that were killed. */
export async function removeDeadServers(dataDirectory: string, log: Log): Promise<void> {
  const parent = `${dataDirectory}/environments`
  const names = await readdir(parent).catch(() => [])
  for (const name of names.filter(isDead)) {
    log.info('cleaning up after a server that has died', { server: name })
    const path = `${parent}/${name}`
    await removeServerGroups(await readGroups(path))
    const mounts = mountsBelow(path)
    if (mounts.length > 0) await unmount(mounts)
    await rm(path, { recursive: true, force: true })
  }
}

/** Empty when the server died before, or while, it wrote them down: then it had no environments yet. */
async function readGroups(path: string): Promise<string[]> {
  try {
    const groups: unknown = JSON.parse(await readFile(`${path}/${CGROUPS_FILE}`, 'utf8'))
    return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : []
  } catch {
    return []
  }
}

const CGROUPS_FILE = 'cgroups.json'
let opened = 0

/** A process id may be used again, but not together with the same start time. */
function identify(pid: number) {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the command's name in parentheses, which may contain anything.
    const started = status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '0'
    return { namespace: /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0', pid, started }
  } catch {
    return { namespace: '0', pid, started: '0' }
  }
}

function isDead(name: string): boolean {
  const [namespace, pid, started] = name.split('-')
  const now = identify(Number(pid))
  if (namespace === '0') return !isRunning(Number(pid))
  // Of another container we cannot know; it shares the data directory, and cleans up itself.
  if (namespace !== identify(process.pid).namespace) return false
  return !existsSync(`/proc/${pid}`) || now.started !== started
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The kernel writes spaces in paths as `\040`. */
function mountsBelow(directory: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) =>
      (line.split(' ')[4] ?? '').replaceAll(/\\([0-7]{3})/g, (_, code) =>
        String.fromCharCode(Number.parseInt(code, 8)),
      ),
    )
    .filter((path) => path.startsWith(`${directory}/`))
}
