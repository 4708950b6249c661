import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'

const running = new Set<ChildProcess>()
// A server waits for what its functions still run; nothing that is measured here runs longer than this.
const END_LIMIT_MS = 15_000

/** Starts a process that is ended at the latest when the bench ends. */
export function startProcess(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options)
  running.add(child)
  child.once('exit', () => running.delete(child))
  child.once('error', () => running.delete(child))
  return child
}

/** Asks the process to end, and makes it end when it does not. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS)
  child.kill('SIGTERM')
  await exited
  clearTimeout(timer)
}

export async function endAllProcesses(): Promise<void> {
  await Promise.all([...running].map(endProcess))
}
