import { strict as assert } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { after } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  type Environment,
  type EnvironmentHost,
  type EnvironmentSpec,
  type Invocation,
  type InvocationResult,
  type Isolation,
  type Network,
  openEnvironmentHost,
  type StreamedResponse,
} from '#environment'

export const isRoot = process.getuid?.() === 0

/** A host with directories of its own; everything goes when the test file ends. */
export async function openTestHost(isolation: Isolation = 'bubblewrap', network: Network = 'host'): Promise<TestHost> {
  const directory = await mkdtemp(`${tmpdir()}/lambent-environment-`)
  const host = await openEnvironmentHost({
    dataDirectory: `${directory}/data`,
    runtimesDirectory: `${directory}/runtimes`,
    isolation,
    network,
    log: { info() {}, warn() {}, error() {} },
  })
  after(async () => {
    await host.close()
    await rm(directory, { recursive: true, force: true })
  })
  return {
    directory,
    host,
    start: async (wanted) => {
      const lines: string[] = []
      const spec = await createSpec(directory, lines, wanted)
      return new TestEnvironment(await host.start(spec), lines)
    },
  }
}

export interface TestHost {
  readonly directory: string
  readonly host: EnvironmentHost
  start(wanted: Wanted): Promise<TestEnvironment>
}

export type Wanted = Partial<Omit<EnvironmentSpec, 'log'>> & {
  /** A folder of `fixtures`. */
  readonly fixture?: string
  /** Or files by their paths, for code that no linter would let into the repository. Scripts are executable. */
  readonly files?: Files
  /** Files that are all executable. */
  readonly programs?: Files
  /** What the function's layers hold, in the same way. */
  readonly layer?: Files
}

export type Files = Readonly<Record<string, string | Buffer>>

export class TestEnvironment {
  readonly environment: Environment
  /** The log stream so far. */
  readonly lines: string[]

  constructor(environment: Environment, lines: string[]) {
    this.environment = environment
    this.lines = lines
  }

  /** Log lines follow the answer a turn later; here they are there. */
  async invoke(event: unknown = {}, more: Partial<Omit<Invocation, 'payload'>> = {}) {
    const result = await this.environment.invoke({
      requestId: randomUUID(),
      payload: Buffer.from(JSON.stringify(event)),
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test',
      traceHeader: 'Root=1-00000000-000000000000000000000000;Sampled=0',
      wantsLogTail: false,
      ...more,
    })
    while (result.stream === undefined && this.environment.ending !== undefined) await this.environment.ending
    await setImmediate()
    await setImmediate()
    return result
  }

  /** What the function streams, and how it ends. */
  async stream(event?: unknown, more: Partial<Invocation> = {}): Promise<StreamedResponse> {
    const { stream, payload } = await this.invoke(event, { ...more, wantsStream: true })
    assert(stream !== undefined, `it did not stream: ${payload}`)
    return stream
  }

  /** The result of an invocation that must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the fixture returns
  async call(event?: unknown): Promise<any> {
    const result = await this.invoke(event)
    assert.equal(result.functionError, undefined, String(result.payload))
    return JSON.parse(String(result.payload))
  }

  /** The error of an invocation that must fail. */
  async fail(event?: unknown): Promise<FunctionError> {
    const result = await this.invoke(event)
    assert.equal(result.functionError, 'Unhandled', String(result.payload))
    return errorOf(result)
  }
}

export interface FunctionError {
  readonly errorType: string
  readonly errorMessage: string
  readonly requestId?: string
  readonly stackTrace?: readonly string[]
  readonly trace?: readonly string[]
}

export async function textOf(stream: StreamedResponse): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts).toString()
}

export const errorOf = (result: InvocationResult): FunctionError => JSON.parse(String(result.payload))

/** Of functions whose timeout is not what is tested. */
export const TIMEOUT_SECONDS = 60

async function createSpec(directory: string, lines: string[], wanted: Wanted): Promise<EnvironmentSpec> {
  const { fixture, files, programs, layer, ...rest } = wanted
  const runtime = wanted.runtime ?? NODE
  return {
    functionName: 'test',
    functionVersion: '$LATEST',
    runtime,
    handler: runtime.startsWith('python') ? 'main.handler' : 'index.handler',
    memoryMb: 256,
    ephemeralStorageMb: 512,
    // Enough for an Init on a machine that is busy.
    timeoutSeconds: TIMEOUT_SECONDS,
    codeDirectory:
      files || programs ? await writeFiles(directory, files, programs) : fixtureDirectory(fixture ?? 'echo'),
    ...(layer && { layersDirectory: await writeFiles(directory, layer) }),
    fileSystems: [],
    notices: [],
    logging: { format: 'Text', group: '/aws/lambda/test' },
    variables: {},
    region: 'us-east-1',
    account: '000000000000',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' },
    logGroupName: '/aws/lambda/test',
    logStreamName: '2026/01/01/[$LATEST]0123456789abcdef',
    log: { append: (_timestampMs, message) => void lines.push(message) },
    runtimeVersionArn: 'arn:aws:lambda:us-east-1::runtime:0123',
    ...rest,
  }
}

/** The version that runs these tests is always there. */
export const NODE = `nodejs${process.versions.node.split('.')[0]}.x`
/** Any Python will do: the nearest version that this machine has is taken. */
export const PYTHON = 'python3.12'

const fixtureDirectory = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

async function writeFiles(directory: string, files: Files = {}, programs: Files = {}): Promise<string> {
  const home = await mkdtemp(`${directory}/code-`)
  await chmod(home, 0o755)
  for (const [path, content] of Object.entries({ ...files, ...programs })) {
    await mkdir(dirname(`${home}/${path}`), { recursive: true })
    const isProgram = path in programs || String(content).startsWith('#!')
    await writeFile(`${home}/${path}`, content, { mode: isProgram ? 0o755 : 0o644 })
  }
  return home
}
