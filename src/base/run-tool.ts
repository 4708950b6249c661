import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'

export interface ToolOptions {
  /** Where it works. */
  readonly directory?: string
  readonly timeoutMs?: number
  /** Of what it may print. */
  readonly outputBytes?: number
  readonly signal?: AbortSignal
}

/** Runs a tool of the host to its end; rejects with what it said on standard error. */
export function runTool(command: string, parameters: readonly string[], options: ToolOptions = {}): Promise<string> {
  const { directory, timeoutMs = 30_000, outputBytes = 1024 * 1024, signal } = options
  const settings = {
    cwd: directory,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: outputBytes,
    env: TOOL_VARIABLES,
    ...(signal && { signal }),
  } as const
  return new Promise((resolve, reject) => {
    execFile(command, parameters, settings, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command}: ${stderr.trim() || error.message}`, { cause: error }))
      else resolve(stdout)
    })
  })
}

/** Where a tool of this host is, or undefined. */
export async function findTool(command: string): Promise<string | undefined> {
  for (const directory of TOOL_VARIABLES.PATH.split(':')) {
    const path = `${directory}/${command}`
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return path
  }
  return undefined
}

const TOOL_VARIABLES = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }
