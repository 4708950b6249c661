import type { ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'
import type { Cgroup, CgroupLimits } from '../cgroups/cgroup.ts'
import type { CgroupTree } from '../cgroups/cgroup-tree.ts'
import { quoted } from './export-script.ts'

/**
 * A control group with a process in it that waits to become another program. Moving a process into a control group takes
 * the kernel some 10 ms, until all processors have seen it; one that is there already costs nothing.
 */
export interface Nest {
  readonly cgroup: Cgroup
  /** The first time, the program as a child of ours, without the descriptors in `closed`; undefined when there is none. */
  become(command: readonly string[], closed: readonly number[]): ChildProcess | undefined
}

export interface Nests {
  take(limits: CgroupLimits): Nest
  close(): Promise<void>
}

/** Enough for a small burst of cold starts; each waits in half a megabyte. */
const READY = 2
/** The cold start that has taken one needs the processors itself. */
const PAUSE_MS = 250
/** Of a shell; what comes later is limited as it wants to be. */
const LIMITS: CgroupLimits = { memoryBytes: 32 * 1024 * 1024, processes: 1024, cpus: 0.1 }

/** `startShell` starts one that reads what to do on descriptor 0. */
export function openNests(cgroups: CgroupTree, startShell: () => ChildProcess): Nests {
  const ready: Nest[] = []
  let count = 0
  let isClosed = false
  let filling: Promise<void> | undefined
  let pause: NodeJS.Timeout | undefined

  const create = (limits: CgroupLimits) => cgroups.create(String(++count), limits)

  async function fill(): Promise<void> {
    while (!isClosed && ready.length < READY) {
      const cgroup = create(LIMITS)
      try {
        ready.push({ cgroup, become: await startWaiting(cgroup, startShell()) })
      } catch {
        return cgroup.remove()
      }
    }
  }

  function fillLater(): void {
    pause ??= setTimeout(() => {
      pause = undefined
      // Without one, a start takes longer, or says what is wrong.
      const ignore = () => {}
      filling ??= fill()
        .catch(ignore)
        .finally(() => {
          filling = undefined
        })
    }, PAUSE_MS).unref()
  }

  return {
    take(limits) {
      if (!isClosed && cgroups.directories.length > 0) fillLater()
      const nest = ready.shift()
      if (nest === undefined) return { cgroup: create(limits), become: () => undefined }
      nest.cgroup.limit(limits)
      return nest
    },
    async close() {
      isClosed = true
      clearTimeout(pause)
      await filling
      await Promise.all(ready.splice(0).map((nest) => nest.cgroup.remove()))
    },
  }
}

async function startWaiting(cgroup: Cgroup, shell: ChildProcess): Promise<Nest['become']> {
  if (shell.pid === undefined) throw await new Promise((resolve) => shell.once('error', resolve))
  for (const emitter of [shell, ...shell.stdio]) emitter?.on('error', () => {})
  try {
    await cgroup.add(shell.pid)
  } catch (error) {
    shell.kill('SIGKILL')
    throw error
  }
  let isTaken = false
  return (command, closed) => {
    const { stdin, stdio, exitCode, signalCode } = shell
    if (isTaken || exitCode !== null || signalCode !== null || stdin === null) return undefined
    isTaken = true
    for (const descriptor of closed) (stdio as readonly unknown[] as readonly (Duplex | null)[])[descriptor]?.destroy()
    stdin.end(`exec ${command.map(quoted).join(' ')} </dev/null ${closed.map((number) => `${number}<&-`).join(' ')}\n`)
    return shell
  }
}
