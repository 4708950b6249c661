import { execFile } from 'node:child_process'

/** Runs a tool of the host to its end; rejects with what it said on standard error. */
export function runTool(command: string, parameters: readonly string[], timeoutMs = 30_000): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, parameters, { timeout: timeoutMs, env: TOOL_VARIABLES }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command}: ${stderr.trim() || error.message}`))
      else resolve(stdout)
    })
  })
}

const TOOL_VARIABLES = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }
