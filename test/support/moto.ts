import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { cleanEnvironment } from './server.ts'

const moto = join(import.meta.dirname, '../../.cache/python/bin/moto_server')

/** A stand-in for AWS's own services on a free port; it takes any key. */
export interface Moto {
  readonly url: string
  [Symbol.asyncDispose](): Promise<void>
}

export async function startMoto(): Promise<Moto> {
  const child = spawn(moto, ['-H', '127.0.0.1', '-p', '0'], {
    // It says where it runs in a line that Python would hold back.
    env: { ...cleanEnvironment(), PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    const lines: string[] = []
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line)
      const running = /Running on (http:\S+)/.exec(line)
      if (running?.[1]) resolve(running[1])
    })
    child.once('error', reject)
    exited.then(() => reject(new Error(`moto ended before it was ready:\n${lines.join('\n')}`)))
  })
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
