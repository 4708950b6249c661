import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { run } from './run.ts'
import { cleanEnvironment, type TestServer } from './server.ts'

const program = join(import.meta.dirname, '../../src/server/command.ts')

/** Runs `lambent runtimes` about a server. */
export const tryRuntimesCommand = (server: TestServer, ...args: readonly string[]) =>
  run(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'runtimes', ...args], {
    env: { ...cleanEnvironment(), LAMBENT_DATA_DIR: server.dataDirectory, LAMBENT_PORT: new URL(server.url).port },
  })

/** What the command printed, when it went well. */
export async function runtimesCommand(server: TestServer, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await tryRuntimesCommand(server, ...args)
  assert.equal(code, 0, stderr)
  return stdout
}
