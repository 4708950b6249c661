import { spawn } from 'node:child_process'
import { Server, Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const PROGRAM = join(import.meta.dirname, 'inside.ts')
const PATIENCE_MS = 10_000

/** What a process inside a network has opened for us. */
export interface Opened {
  readonly handle: Server | Socket
  /** Of that process, which waits until `then` has returned. */
  readonly pid: number
}

/** Runs our program by `command`, which brings it into a network; rejects when that is not possible. */
export async function runInside<Result>(
  [command, ...parameters]: readonly [string, ...string[]],
  task: readonly ['listen' | 'connect', host: string, port: number],
  take: (opened: Opened) => Result,
): Promise<Result> {
  const program = [process.execPath, '--disable-warning=ExperimentalWarning', PROGRAM, ...task.map(String)]
  const child = spawn(command, [...parameters, ...program], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
  })
  const said = child.stderr === null ? '' : text(child.stderr).catch(() => '')
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS).unref()
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', async () => reject(new Error((await said).trim() || `${command} has ended`)))
      child.on('message', (message, handle) => {
        const { pid, error } = message as { pid?: number; error?: string }
        if (pid === undefined || !(handle instanceof Server || handle instanceof Socket))
          return reject(new Error(error ?? 'nothing was opened'))
        // What a listener throws nobody catches.
        try {
          resolve(take({ handle, pid }))
        } catch (cause) {
          if (handle instanceof Server) handle.close()
          else handle.destroy()
          reject(cause)
        }
      })
    })
  } finally {
    clearTimeout(timer)
    // It ends when it is alone.
    if (child.connected) child.disconnect()
  }
}
