import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../run-command.ts'
import type { Language } from '../server/create-functions.ts'
import { RUNTIMES_DIRECTORY } from '../server/lambent-server.ts'

/** A command that starts an interpreter, which does next to nothing and ends. */
export type EmptyRun = readonly [executable: string, ...args: string[]]

const LIMIT_MS = 10_000

/** With the interpreter that functions in this language run on, as far as can be told from outside. */
export async function emptyRunOf({ name }: Language): Promise<EmptyRun> {
  return name === 'Node' ? [await nodeExecutable(), '-e', '0'] : [await pythonExecutable(), '-c', 'import json']
}

/** Wall time in milliseconds. */
export async function timeEmptyRun([executable, ...args]: EmptyRun): Promise<number> {
  const startedMs = performance.now()
  await runCommand(executable, args, LIMIT_MS)
  return performance.now() - startedMs
}

/** The one that was fetched for functions, else the one that runs the server. */
async function nodeExecutable(): Promise<string> {
  const fetched = join(RUNTIMES_DIRECTORY, `nodejs24/node_modules/node-${process.platform}-${process.arch}/bin/node`)
  return access(fetched).then(
    () => fetched,
    () => process.execPath,
  )
}

/** The interpreter itself: what the search path finds may be a version manager's script that takes longer. */
async function pythonExecutable(): Promise<string> {
  const ask = (command: string) => runCommand(command, ['-c', 'import sys; print(sys.executable)'], LIMIT_MS)
  return (await ask('python3.12').catch(() => ask('python3'))).trim()
}
