import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Log } from '#base'
import type { EnvironmentSpec } from '../environment-spec.ts'
import type { SandboxPaths } from '../sandbox/sandbox.ts'
import { provideJavaClient } from './fetch-java-client.ts'
import type { FoundInterpreter } from './find-executables.ts'
import { provideDirectory } from './provide-directory.ts'
import type { Interpreted } from './runtime.ts'

/** What runs inside an environment on our behalf. */
export interface RuntimeClient {
  readonly directory: string
  /** The interpreter's names in `/var/lang/bin`, the main one first. */
  readonly commands: readonly [string, ...string[]]
  /** Arguments of the interpreter. */
  commandLine(paths: SandboxPaths, spec: EnvironmentSpec): readonly string[]
  /** The same when the function is not known yet; only of clients that can wait for it. */
  readonly waitingCommandLine?: ((paths: SandboxPaths) => readonly string[]) | undefined
  /** Ours speak over the inherited socket and log by lines; AWS's by TCP and by frames. */
  readonly isOurs: boolean
}

/** After this long a fetch that failed is tried again. */
const RETRY_MS = 60_000

export interface RuntimeClients {
  /** For an interpreter of this version; `onHost` unless an image has it. Undefined when it could not be fetched. */
  provide(family: Interpreted['family'], version: string, onHost?: FoundInterpreter): Promise<RuntimeClient | undefined>
}

export function openRuntimeClients(runtimesDirectory: string, log: Log): RuntimeClients {
  const compiled = new Map<string, Promise<string>>()
  let java: Promise<string | undefined> | undefined

  /** Python cannot keep its bytecode in a read-only place, and compiling anew would cost every cold start some time. */
  function compiledPython(interpreter: FoundInterpreter): Promise<string> {
    const known = compiled.get(interpreter.executable) ?? compilePython(runtimesDirectory, interpreter)
    compiled.set(interpreter.executable, known)
    return known.catch((error) => {
      log.warn('the Python runtime could not be compiled ahead', { executable: interpreter.executable, error })
      return source('python')
    })
  }

  function javaClient(): Promise<string | undefined> {
    java ??= provideJavaClient(runtimesDirectory).catch((error) => {
      log.warn("AWS's runtime interface client for Java could not be fetched", { error })
      setTimeout(() => (java = undefined), RETRY_MS).unref()
      return undefined
    })
    return java
  }

  const provide: {
    readonly [Family in Interpreted['family']]: (
      version: string,
      onHost: FoundInterpreter | undefined,
    ) => Promise<RuntimeClient | undefined>
  } = {
    nodejs: async () => waiting(ours(source('nodejs'), 'bootstrap.cjs', ['node'])),
    python: async (version, onHost) => {
      const directory = onHost === undefined ? source('python') : await compiledPython(onHost)
      return waiting(ours(directory, 'bootstrap.py', [`python${version}`, 'python3', 'python']))
    },
    ruby: async () => ours(source('ruby'), 'bootstrap.rb', ['ruby']),
    java: async (version) => {
      const directory = await javaClient()
      if (directory === undefined) return undefined
      return { directory, commands: ['java'], commandLine: javaCommandLine(Number(version)), isOurs: false }
    },
  }
  return { provide: (family, version, onHost) => provide[family](version, onHost) }
}

const ours = (directory: string, script: string, commands: RuntimeClient['commands']) => ({
  directory,
  commands,
  commandLine: ({ runtime }: SandboxPaths) => [`${runtime}/${script}`],
  isOurs: true,
})

const waiting = (client: ReturnType<typeof ours>) => ({ ...client, waitingCommandLine: client.commandLine })

/** As on Lambda: 85 % of the memory for objects, the quick compiler only, no threads for collecting garbage. */
const javaCommandLine =
  (version: number): RuntimeClient['commandLine'] =>
  ({ runtime, layers }, { memoryMb, handler }) => [
    `-XX:MaxHeapSize=${Math.floor(memoryMb * 1024 * 0.85)}k`,
    ...['-XX:+UseSerialGC', '-Xshare:auto', '-XX:+TieredCompilation', '-XX:TieredStopAtLevel=1'],
    '-Djava.net.preferIPv4Stack=true',
    // The client opens the log's descriptor by its number, and brings a native library.
    ...(version >= 9 ? ['--add-opens=java.base/java.io=ALL-UNNAMED'] : []),
    ...(version >= 22 ? ['--enable-native-access=ALL-UNNAMED'] : []),
    // It looks for layers below /opt only.
    ...['-classpath', layers === '/opt' ? `${runtime}/*` : `${runtime}/*:${layers}/java/lib/*`],
    'com.amazonaws.services.lambda.runtime.api.client.AWSLambda',
    handler,
  ]

const source = (family: Interpreted['family']) =>
  fileURLToPath(new URL(`../runtime-clients/${family}`, import.meta.url)).replace(/\/$/, '')

/** A copy per version of Python and of the client. */
async function compilePython(
  runtimesDirectory: string,
  { executable, fullVersion }: FoundInterpreter,
): Promise<string> {
  const name = `python-${fullVersion}-client-${await contentHash(source('python'))}`
  return provideDirectory(runtimesDirectory, name, async (unfinished) => {
    for (const name of await pythonFiles(source('python')))
      await cp(`${source('python')}/${name}`, `${unfinished}/${name}`)
    const options = ['-q', '--invalidation-mode', 'unchecked-hash', '-d', '/var/runtime']
    await promisify(execFile)(executable, ['-I', '-S', '-m', 'compileall', ...options, unfinished], {
      timeout: 30_000,
      env: {},
    })
  })
}

async function contentHash(directory: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of await pythonFiles(directory)) hash.update(name).update(await readFile(`${directory}/${name}`))
  return hash.digest('hex').slice(0, 12)
}

const pythonFiles = async (directory: string) =>
  (await readdir(directory)).filter((name) => name.endsWith('.py')).sort()
