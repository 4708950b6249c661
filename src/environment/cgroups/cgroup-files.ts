import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmdirSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Control group files are written by one `write` each; opening with create or truncate flags would be refused. */
export function writeControl(file: string, value: string): void {
  const descriptor = openSync(file, 'r+')
  try {
    writeSync(descriptor, value)
  } finally {
    closeSync(descriptor)
  }
}

/** The same for what the kernel takes its time with. */
export async function writeControlSlowly(file: string, value: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.write(value)
  } finally {
    await handle.close()
  }
}

/** For limits that this kernel may not have: true when the value was taken. */
export function tryWriteControl(file: string, value: string): boolean {
  try {
    writeControl(file, value)
    return true
  } catch {
    return false
  }
}

export function readControl(file: string): string {
  try {
    return readFileSync(file, 'latin1').trim()
  } catch {
    return ''
  }
}

export function makeDirectory(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true })
    return true
  } catch {
    return false
  }
}

/** One that is empty, if it is there. */
export function tryRemoveDirectory(directory: string): void {
  try {
    rmdirSync(directory)
  } catch {
    // It was never made.
  }
}

/** A line `name value` of a flat-keyed file such as `memory.stat`. */
export function keyedNumber(text: string, key: string): number {
  const match = new RegExp(`^${key} (\\d+)$`, 'm').exec(text)
  return match ? Number(match[1]) : 0
}

export const listProcesses = (directory: string): number[] =>
  readControl(`${directory}/cgroup.procs`).split('\n').filter(Boolean).map(Number)

/** SIGKILL to everything in a group, even while it forks. */
export function killGroup(directory: string): void {
  if (existsSync(`${directory}/cgroup.kill`)) {
    tryWriteControl(`${directory}/cgroup.kill`, '1')
    return
  }
  for (const pid of listProcesses(directory)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Already gone.
    }
  }
}

/** A group can only be removed when its last process has been reaped, which the kernel does a little later. */
export async function removeGroup(directory: string): Promise<void> {
  for (let attempt = 0; attempt < 40; attempt++) {
    try {
      rmdirSync(directory)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      killGroup(directory)
      await sleep(5 + attempt * 5)
    }
  }
}
