import type { Log } from '#base'
import { IMAGE_BOOTSTRAP } from '#resources'
import type { ContainerImage, EnvironmentSpec, RuntimeRoot } from '../environment-spec.ts'
import { noClient, noInterpreter, type PlatformFailure } from '../function-errors.ts'
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
  /** A line for the head of the log when this is not the version that was asked for. */
  readonly notice: string | undefined
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
  prepare(identifier: string, root: RuntimeRoot | undefined): Promise<Launch | undefined>
}

export const isFailure = (launch: Launch | PlatformFailure): launch is PlatformFailure => 'errorType' in launch

const nothingAround = {
  interpreter: undefined,
  clientDirectory: undefined,
  root: undefined,
  notice: undefined,
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

  async function interpreted(runtime: Interpreted, root?: RuntimeRoot): Promise<Launch | PlatformFailure> {
    if (root !== undefined && (await interpreters.exact(runtime)) === undefined) return inImage(runtime, root)
    const interpreter = await interpreters.find(runtime)
    if (interpreter === undefined) return noInterpreter(runtime.identifier)
    const client = await clients.provide(runtime.family, interpreter.version, interpreter)
    if (client === undefined) return noClient(runtime.identifier)
    const { waitingCommandLine } = client
    return {
      ...withClient(runtime, client, interpreter),
      root: undefined,
      notice: interpreter.notice,
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
    const root = spec.runtimeImage
    const found = await findBootstrap({ ...spec, root })
    if (typeof found !== 'string') return found
    return { ...nothingAround, runtime, root, command: (paths) => alone(`${paths[found]}/bootstrap`) }
  }

  async function image(spec: EnvironmentSpec & { readonly image: ContainerImage }): Promise<Launch | PlatformFailure> {
    const found = await findImageProgram(spec)
    if ('errorType' in found) return found
    const [program, ...parameters] = found
    return { ...nothingAround, runtime: undefined, command: () => alone(program, parameters) }
  }

  async function ofRuntime(runtime: Runtime, spec: EnvironmentSpec): Promise<Launch | PlatformFailure> {
    const root = spec.runtimeImage
    if (isInterpreted(runtime)) return interpreted(runtime, root)
    if (runtime.family === 'provided') return custom(runtime, spec)
    return root === undefined
      ? noInterpreter(runtime.identifier)
      : { ...nothingAround, runtime, root, command: () => alone(IMAGE_BOOTSTRAP) }
  }

  return {
    async find(spec) {
      if (spec.image !== undefined) return image({ ...spec, image: spec.image })
      const runtime = parseRuntime(spec.runtime)
      return runtime === undefined ? noInterpreter(spec.runtime) : ofRuntime(runtime, spec)
    },
    async prepare(identifier, root) {
      const runtime = parseRuntime(identifier)
      if (runtime === undefined || !isInterpreted(runtime)) return undefined
      const launch = await interpreted(runtime, root)
      return isFailure(launch) ? undefined : launch
    },
  }
}

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
