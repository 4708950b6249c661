import { strict as assert } from 'node:assert'
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { Writable } from 'node:stream'
import { LOG_FD, type ProcessExit } from '../sandbox.ts'
import type { FilterFile } from '../seccomp/filter-file.ts'
import { childrenOf } from '../socket-holder.ts'

// What bubblewrap and its process read from, by number.

export const RUNTIME_FD = 3
export const ARGUMENTS_FD = 4
export const FILES_FD = { environment: 5, passwd: 6, group: 7, hosts: 8 }
/** Behind the descriptor for logs. */
export const FILTER_FD = LOG_FD + 1

/** Writes what is to be read there, to its end. */
export function feed(child: ChildProcess, descriptor: number, text: string): void {
  const pipe = child.stdio[descriptor]
  assert(pipe instanceof Writable, 'descriptors are pipes')
  pipe.on('error', () => {})
  pipe.end(text)
}

interface Start {
  readonly input: 'pipe' | 'ignore'
  readonly unwanted: readonly number[]
  readonly filter: FilterFile | undefined
}

/** The empty environment is a matter of safety: what the user set must not reach a program that still has rights. */
export function startChild(
  [program = '', ...parameters]: readonly string[],
  { input, unwanted, filter }: Start,
): ChildProcess {
  const pipes = DESCRIPTORS.map((number) => (unwanted.includes(number) ? 'ignore' : 'pipe'))
  const startWith = (descriptor: number | 'ignore') =>
    spawn(program, parameters, { stdio: [input, ...pipes, descriptor], env: HOST_VARIABLES })
  return filter?.lend(startWith) ?? startWith('ignore')
}

const DESCRIPTORS = Array.from({ length: LOG_FD }, (_, index) => index + 1)

/** bwrap and setpriv are looked for here; nothing else of the server's environment is passed on. */
const HOST_VARIABLES = { PATH: '/usr/local/bin:/usr/bin:/bin' }

/** bubblewrap's only child leads the session, and the process group, of all that runs inside. */
export async function terminateBelow(pid: number | undefined): Promise<void> {
  if (pid === undefined) return
  for (const leader of await childrenOf(pid)) {
    try {
      process.kill(-leader, 'SIGTERM')
    } catch {
      // It has ended by itself.
    }
  }
}

/** bubblewrap exits with 128 and the signal's number when the process inside was killed by a signal. */
export function withSignal({ status, signal }: ProcessExit): ProcessExit {
  const [name] = Object.entries(constants.signals).find(([, number]) => number === status - 128) ?? []
  return { status, signal: signal ?? (name !== undefined && REPORTED_SIGNALS.has(name) ? name : undefined) }
}

/** Those that end a process by itself; other statuses above 128 are more likely a program's own. */
const REPORTED_SIGNALS = new Set(['SIGKILL', 'SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTERM', 'SIGTRAP'])
