import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cleanEnvironment, startTestServer, type TestServer } from './server.ts'

// Runtimes of which the host has no interpreter: the server asks npm for them, which is ours here and waits.
export const SLOW_RUNTIMES = ['nodejs16.x', 'nodejs18.x'] as const

/** A server whose functions of the slow runtimes stay Pending, or InProgress, until `finish` is called. */
export interface SlowServer {
  readonly server: TestServer
  finish(): void
  /** The environment of a second server on the same data directory that waits in the same way. */
  readonly environment: Readonly<Record<string, string>>
  [Symbol.asyncDispose](): Promise<void>
}

export async function startSlowServer(dataDirectory?: string): Promise<SlowServer> {
  const home = mkdtempSync(join(tmpdir(), 'lambent-slow-'))
  const gate = join(home, 'open')
  writeFileSync(
    join(home, 'npm'),
    `#!/bin/sh\nwhile [ -d '${home}' ] && [ ! -e '${gate}' ]; do sleep 0.02; done\nexit 1\n`,
  )
  chmodSync(join(home, 'npm'), 0o755)
  const { PATH = '' } = cleanEnvironment()
  const environment = { PATH: `${home}:${PATH}`, HOME: home, NVM_DIR: home }
  const server = await startTestServer({ environment, ...(dataDirectory !== undefined && { dataDirectory }) })
  return {
    server,
    environment,
    finish: () => writeFileSync(gate, ''),
    [Symbol.asyncDispose]: async () => {
      writeFileSync(gate, '')
      await server[Symbol.asyncDispose]()
      rmSync(home, { recursive: true })
    },
  }
}
