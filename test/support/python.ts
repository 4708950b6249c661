import { join } from 'node:path'
import { type Finished, run } from './run.ts'
import { awsEnvironment, type TestServer } from './server.ts'

export const python = join(import.meta.dirname, '../../.cache/python/bin/python')

/** Runs a program that uses boto3 against the server, as root. Throws when it fails. */
export const runPython = (server: TestServer, program: string): Promise<Finished> => runScript(server, ['-c', program])

/** The same for a script with its arguments. */
export async function runScript(server: TestServer, args: readonly string[]): Promise<Finished> {
  const finished = await run(python, args, { env: awsEnvironment(server) })
  if (finished.code !== 0) throw new Error(`the Python program failed:\n${finished.stdout}${finished.stderr}`)
  return finished
}
