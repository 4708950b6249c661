import type { Log } from '#base'
import { IMAGE_BOOTSTRAP } from '#resources'
import type { ContainerImage, EnvironmentSpec, RuntimeRoot, RuntimeSource } from '../environment-spec.ts'
import { lostRuntime, noClient, noInterpreter, type PlatformFailure } from '../function-errors.ts'
import { findImageProgram } from '../images/image-program.ts'
import type { InterpreterPlace, SandboxCommand, SandboxPaths } from '../sandbox/sandbox.ts'
import { findBootstrap } from './bootstrap-file.ts'
import { openInterpreters } from './interpreters.ts'
import { type Interpreted, isInterpreted, parseRuntime, type Runtime } from './runtime.ts'
import { openRuntimeClients, type RuntimeClient } from './runtime-clients.ts'

/** What an environment runs. */
export interface Launch {
  /** Undefined: a container image. */
  readonly runtime: Runtime | undefined
  readonly interpreter: InterpreterPlace | undefined
  readonly clientDirectory: string | undefined
  /** The image that the runtime is taken from; undefined: the host has it. */
  readonly root: RuntimeRoot | undefined
  /** Lines for the head of the log when this is not what was asked for. */
  readonly notices: readonly string[]
  command(paths: SandboxPaths, spec: EnvironmentSpec): CommandLine
  /** Starts a process that waits to be told its function; undefined when it has to know from the start. */
  readonly waitingCommand: ((paths: SandboxPaths) => CommandLine) | undefined
}

type CommandLine = Omit<SandboxCommand, 'variables'>

export interface Launcher {
  find(spec: EnvironmentSpec): Promise<Launch | PlatformFailure>
  /**
   * Looks for an interpreter, and fetches what can be fetched unless there is an image to take it from; undefined for
   * custom runtimes, and those not found.
   */
  prepare(identifier: string, source: RuntimeSource | undefined): Promise<Launch | undefined>
}

export const isFailure = (launch: Launch | PlatformFailure): launch is PlatformFailure => 'errorType' in launch

const nothingAround = {
  interpreter: undefined,
  clientDirectory: undefined,
  root: undefined,
  notices: [],
  waitingCommand: undefined,
}

/** A program that speaks by TCP, and logs by lines. */
const alone = (program: string, parameters: readonly string[] = []): CommandLine => ({
  program,
  arguments: parameters,
  hasRuntimeSocket: false,
  hasLogPipe: false,
})

export function openLauncher(runtimesDirectory: string, log: Log): Launcher {
  const interpreters = openInterpreters(runtimesDirectory, log)
  const clients = openRuntimeClients(runtimesDirectory, log)

  async function interpreted(runtime: Interpreted, source?: RuntimeSource): Promise<Launch | PlatformFailure> {
    const isWanted = source !== undefined && (await interpreters.exact(runtime)) === undefined
    const { root, lost } = isWanted ? await ask(source) : nothing
    if (root !== undefined) return inImage(runtime, root)
    const interpreter = await interpreters.find(runtime)
    if (interpreter === undefined) return without(runtime, lost)
    const client = await clients.provide(runtime.family, interpreter.version, interpreter)
    if (client === undefined) return noClient(runtime.identifier)
    const { waitingCommandLine } = client
    return {
      ...withClient(runtime, client, interpreter),
      root: undefined,
      notices: noticesOf(lost, interpreter.notice),
      waitingCommand:
        waitingCommandLine && ((paths) => ({ arguments: waitingCommandLine(paths), ...descriptorsOf(client) })),
    }
  }

  /** By the image's own client when it has one, which brings its interpreter. */
  async function inImage(runtime: Interpreted, root: RuntimeRoot): Promise<Launch | PlatformFailure> {
    const { interpreter: executable } = root
    if (executable === undefined) return { ...nothingAround, runtime, root, command: () => alone(IMAGE_BOOTSTRAP) }
    const client = await clients.provide(runtime.family, runtime.version)
    if (client === undefined) return noClient(runtime.identifier)
    return { ...nothingAround, ...withClient(runtime, client, { executable, prefix: undefined }), root }
  }

  async function custom(runtime: Runtime, spec: EnvironmentSpec): Promise<Launch | PlatformFailure> {
    const { root, lost } = await ask(spec.runtimeImage)
    const found = await findBootstrap({ ...spec, root })
    if (typeof found !== 'string') return found
    const command = (paths: SandboxPaths) => alone(`${paths[found]}/bootstrap`)
    return { ...nothingAround, runtime, root, notices: noticesOf(lost), command }
  }

  async function image(spec: EnvironmentSpec & { readonly image: ContainerImage }): Promise<Launch | PlatformFailure> {
    const found = await findImageProgram(spec)
    if ('errorType' in found) return found
    const [program, ...parameters] = found
    return { ...nothingAround, runtime: undefined, command: () => alone(program, parameters) }
  }

  async function ofRuntime(runtime: Runtime, spec: EnvironmentSpec): Promise<Launch | PlatformFailure> {
    if (isInterpreted(runtime)) return interpreted(runtime, spec.runtimeImage)
    if (runtime.family === 'provided') return custom(runtime, spec)
    const { root, lost } = await ask(spec.runtimeImage)
    return root === undefined
      ? without(runtime, lost)
      : { ...nothingAround, runtime, root, command: () => alone(IMAGE_BOOTSTRAP) }
  }

  return {
    async find(spec) {
      if (spec.image !== undefined) return image({ ...spec, image: spec.image })
      const runtime = parseRuntime(spec.runtime)
      return runtime === undefined ? noInterpreter(spec.runtime) : ofRuntime(runtime, spec)
    },
    async prepare(identifier, source) {
      const runtime = parseRuntime(identifier)
      if (runtime === undefined || !isInterpreted(runtime)) return undefined
      const launch = await interpreted(runtime, source)
      return isFailure(launch) ? undefined : launch
    },
  }
}

/** The image of a runtime, if one was pulled; or why there is none any more. */
interface Asked {
  readonly root?: RuntimeRoot
  readonly lost?: string
}

const nothing: Asked = {}

async function ask(source: RuntimeSource | undefined): Promise<Asked> {
  const found = await source?.()
  return found === undefined || 'lost' in found ? (found ?? nothing) : { root: found }
}

const without = ({ identifier }: Runtime, lost: string | undefined): PlatformFailure =>
  lost === undefined ? noInterpreter(identifier) : lostRuntime(lost)

const noticesOf = (lost: string | undefined, ...others: readonly (string | undefined)[]): readonly string[] =>
  [lost && `lambent: ${lost}`, ...others].filter((line) => line !== undefined)

const withClient = (runtime: Runtime, client: RuntimeClient, interpreter: Omit<InterpreterPlace, 'commands'>) => ({
  runtime,
  interpreter: { ...interpreter, commands: client.commands },
  clientDirectory: client.directory,
  command: (paths: SandboxPaths, spec: EnvironmentSpec): CommandLine => ({
    arguments: client.commandLine(paths, spec),
    ...descriptorsOf(client),
  }),
})

const descriptorsOf = ({ isOurs }: RuntimeClient) => ({ hasRuntimeSocket: isOurs, hasLogPipe: !isOurs })
