import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CreateFunctionCommand, type Runtime } from '@aws-sdk/client-lambda'
import { provideJavaClient } from '../../src/environment/runtimes/fetch-java-client.ts'
import { zipOfDirectory } from '../../test/support/zip.ts'
import { CLIENTS, type Client, packageOf } from '../../tools/build-clients.ts'
import { openKeptConnection } from '../load/kept-connection.ts'
import { EVENT, invokeRequest, signed } from '../load/request.ts'
import { runWrk } from '../load/wrk.ts'
import type { Bench, Finding, Measurement } from '../measurement.ts'
import { runCommand } from '../run-command.ts'
import { samplesOf } from '../samples.ts'
import { type Account, setUpAccount } from '../server/account.ts'
import { languages, untilActive } from '../server/create-functions.ts'
import { RUNTIMES_DIRECTORY, startServer } from '../server/lambent-server.ts'
import { type BareClient, type Program, startBareClient } from '../yardsticks/bare-client.ts'
import { emptyRunOf } from '../yardsticks/interpreter-start.ts'

const root = join(import.meta.dirname, '../..')
const COMMAND_LIMIT_MS = 10_000
/** With less, whatever else runs on the machine would go before the function, and not before the yardstick. */
const WHOLE_PROCESSOR_MB = 1769

/**
 * What the server adds to AWS's own runtime clients: a warm invocation of a function, signature and permissions included,
 * less what the same client takes for an event when nothing but a bare Runtime API serves it.
 */
export const officialClients: Measurement = {
  name: 'official-clients',
  async measure(bench) {
    const built = CLIENTS.filter((client) => existsSync(packageOf(client)))
    for (const client of CLIENTS.filter((other) => !built.includes(other)))
      console.error(
        `official-clients: ${client} is left out, its program is not built; npm test -- test/clients builds it`,
      )
    if (built.length === 0) return []
    await using server = await startServer(bench)
    const account = await setUpAccount(server)
    const findings: Finding[] = []
    for (const client of built) findings.push(await measureClient(bench, account, client))
    return findings
  },
}

async function measureClient(bench: Bench, account: Account, client: Client): Promise<Finding> {
  await create(account, client)
  await using bare = await startBareClient(await programOf(client))
  const rounds = bench.isQuick ? 2 : 5
  const [ours, bares]: [number[], number[]] = [[], []]
  // The first of both is not counted.
  for (let round = 0; round <= rounds; round++) {
    const [mine, its] = [await throughServerUs(bench, account, client), await bareUs(bench, bare)]
    if (round > 0) ours.push(mine)
    if (round > 0) bares.push(its)
  }
  return {
    what: `AWS's client for ${NAMES[client]}, what the server adds, p50 at c=1`,
    unit: 'us',
    value: samplesOf(ours.map((us, index) => us - (bares[index] ?? Number.NaN))),
    yardstick: { what: 'served by a bare Runtime API', unit: 'us', value: samplesOf(bares) },
    bar: { of: 'value', limit: 'at most', number: 150 },
  }
}

const bareUs = (bench: Bench, bare: BareClient) => bare.medianUs(bench.isQuick ? 1000 : 5000, EVENT)

async function throughServerUs(bench: Bench, { server, caller }: Account, client: Client): Promise<number> {
  const request = signed(invokeRequest(server.url, client, 'RequestResponse'), caller)
  using connection = openKeptConnection()
  const { status, headers, body } = await connection.send(request)
  if (status !== 200 || 'x-amz-function-error' in headers) throw new Error(`${client} answered ${status}: ${body}`)
  return (await runWrk(bench, request, 1, bench.isQuick ? 1 : 3)).p50Us
}

const NAMES: Readonly<Record<Client, string>> = {
  go: 'Go',
  rust: 'Rust',
  python: 'Python',
  node: 'Node.js',
  java: 'Java',
}

async function create(account: Account, client: Client): Promise<void> {
  const { runtime, handler, isWrapped } = await settingsOf(client)
  await account.lambda.send(
    new CreateFunctionCommand({
      FunctionName: client,
      Runtime: runtime as Runtime,
      Handler: handler,
      Role: account.roleArn,
      MemorySize: WHOLE_PROCESSOR_MB,
      Timeout: 30,
      Code: { ZipFile: zipOfDirectory(packageOf(client)) },
      ...(isWrapped && { Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' } } }),
    }),
  )
  await untilActive(account, client)
}

/** The managed runtimes of Python and Node.js have a client of ours; a wrapper starts AWS's in its place. */
async function settingsOf(client: Client) {
  switch (client) {
    case 'go':
    case 'rust':
      return { runtime: 'provided.al2023', handler: 'any' }
    case 'java':
      return { runtime: 'java17', handler: 'Handler::handleRequest' }
    case 'node':
      return { runtime: languages[0].runtime, handler: 'app.handler', isWrapped: true }
    case 'python':
      return { runtime: await ownPython(), handler: 'app.handler', isWrapped: true }
  }
}

const PYTHON = join(root, '.cache/python/bin/python')
/** Its native part was built for this one. */
const ownPython = async () =>
  (await runCommand(PYTHON, ['-c', 'import sys; print("python3.%d" % sys.version_info[1])'], COMMAND_LIMIT_MS)).trim()

async function programOf(client: Client): Promise<Program> {
  const directory = packageOf(client)
  const { handler } = await settingsOf(client)
  switch (client) {
    case 'go':
    case 'rust':
      return { command: [join(directory, 'bootstrap')], directory, handler }
    case 'python':
      return { command: [PYTHON, '-m', 'awslambdaric', handler], directory, handler }
    case 'node': {
      const [executable] = await emptyRunOf(languages[0])
      return { command: [executable, join(directory, 'node_modules/aws-lambda-ric/index.mjs')], directory, handler }
    }
    case 'java':
      return { command: ['java', ...JAVA_OPTIONS, await javaClasses(), JAVA_CLIENT, handler], directory, handler }
  }
}

const JAVA_CLIENT = 'com.amazonaws.services.lambda.runtime.api.client.AWSLambda'
/** As the server sets them. */
const JAVA_OPTIONS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '--add-opens=java.base/java.io=ALL-UNNAMED', '-cp']

const javaClasses = async () => `${await provideJavaClient(RUNTIMES_DIRECTORY)}/*`
