import { existsSync } from 'node:fs'
import { run } from './run.ts'
import { awsEnvironment, type TestServer } from './server.ts'

// The system's own before one that a version manager puts first: where both are there, it is the newer major version.
const command = existsSync('/usr/bin/aws') ? '/usr/bin/aws' : 'aws'

/** The AWS CLI against a server. Commands say where the server is, because old versions do not read AWS_ENDPOINT_URL. */
export async function openAwsCli(server: TestServer, credentials = server.credentials) {
  const env = awsEnvironment(server, credentials)
  const { stdout } = await run(command, ['--version'], { env })
  const attempt = (...args: readonly string[]) =>
    run(command, ['--endpoint-url', server.url, '--output', 'json', ...args], { env })
  return {
    /** Version 2 takes payloads in base64 unless told otherwise, and follows logs. */
    major: Number(/^aws-cli\/(\d+)/.exec(stdout)?.[1]),
    /** Runs a command that may fail. */
    attempt,
    /** Runs a command and parses what it prints, if it prints anything. Throws when it fails. */
    run: async (...args: readonly string[]) => {
      const finished = await attempt(...args)
      if (finished.code !== 0) throw new Error(`aws ${args.join(' ')}:\n${finished.stderr}`)
      return finished.stdout.trim() === '' ? undefined : JSON.parse(finished.stdout)
    },
  }
}

export type AwsCli = Awaited<ReturnType<typeof openAwsCli>>
