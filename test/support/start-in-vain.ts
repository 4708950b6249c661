import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Finished, run } from './run.ts'
import { cleanEnvironment, serverCommand } from './server.ts'

/** A directory that is removed at the end of the test. */
export function temporaryDirectory(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'lambent-start-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Starts a server that is expected to give up. */
export async function startInVain(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  using directory = temporaryDirectory()
  const [command, ...rest] = serverCommand
  return await run(command, [...rest, ...args], {
    env: { ...cleanEnvironment(), ...environment },
    cwd: directory.path,
  })
}

/** One line that says why, and nothing else. */
export function assertGivesUp({ code, stdout, stderr }: Finished, line: RegExp): void {
  assert.equal(code, 1)
  assert.equal(stdout, '')
  const [first = '', ...rest] = stderr.split('\n')
  assert.deepEqual(rest, [''], stderr)
  assert.ok(first.startsWith('lambent: '), first)
  assert.match(first.slice('lambent: '.length), line)
}
