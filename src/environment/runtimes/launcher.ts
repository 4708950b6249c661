import type { Log } from '#base'
import type { ContainerImage, EnvironmentSpec } from '../environment-spec.ts'
import { noClient, noInterpreter, type PlatformFailure } from '../function-errors.ts'
import { findImageProgram } from '../images/image-program.ts'
import type { InterpreterPlace, SandboxCommand, SandboxPaths } from '../sandbox/sandbox.ts'
import { findBootstrap } from './bootstrap-file.ts'
import { openInterpreters } from './interpreters.ts'
import { type Interpreted, isInterpreted, parseRuntime, type Runtime } from './runtime.ts'
import { openRuntimeClients } from './runtime-clients.ts'

/** What an environment runs. */
export interface Launch {
  /** Undefined: a container image. */
  readonly runtime: Runtime | undefined
  readonly interpreter: InterpreterPlace | undefined
  readonly clientDirectory: string | undefined
  /** A line for the head of the log when this is not the version that was asked for. */
  readonly notice: string | undefined
  command(paths: SandboxPaths, spec: EnvironmentSpec): CommandLine
  /** Starts a process that waits to be told its function; undefined when it has to know from the start. */
  readonly waitingCommand: ((paths: SandboxPaths) => CommandLine) | undefined
}

type CommandLine = Omit<SandboxCommand, 'variables'>

export interface Launcher {
  find(spec: EnvironmentSpec): Promise<Launch | PlatformFailure>
  /** Looks for an interpreter, and fetches what can be fetched; undefined for custom runtimes, and those not found. */
  prepare(identifier: string): Promise<Launch | undefined>
}

export const isFailure = (launch: Launch | PlatformFailure): launch is PlatformFailure => 'errorType' in launch

export function openLauncher(runtimesDirectory: string, log: Log): Launcher {
  const interpreters = openInterpreters(runtimesDirectory, log)
  const clients = openRuntimeClients(runtimesDirectory, log)

  async function interpreted(runtime: Interpreted): Promise<Launch | PlatformFailure> {
    const interpreter = await interpreters.find(runtime)
    if (interpreter === undefined) return noInterpreter(runtime.identifier)
    const client = await clients.provide(runtime.family, interpreter)
    if (client === undefined) return noClient(runtime.identifier)
    const { commandLine, waitingCommandLine, isOurs } = client
    const descriptors = { hasRuntimeSocket: isOurs, hasLogPipe: !isOurs }
    return {
      runtime,
      interpreter: { ...interpreter, commands: client.commands },
      clientDirectory: client.directory,
      notice: interpreter.notice,
      command: (paths, spec) => ({ arguments: commandLine(paths, spec), ...descriptors }),
      waitingCommand: waitingCommandLine && ((paths) => ({ arguments: waitingCommandLine(paths), ...descriptors })),
    }
  }

  async function custom(runtime: Runtime, spec: EnvironmentSpec): Promise<Launch | PlatformFailure> {
    const found = await findBootstrap(spec)
    if (typeof found !== 'string') return found
    return {
      runtime,
      interpreter: undefined,
      clientDirectory: undefined,
      notice: undefined,
      command: (paths) => ({
        program: `${paths[found]}/bootstrap`,
        arguments: [],
        hasRuntimeSocket: false,
        hasLogPipe: false,
      }),
      waitingCommand: undefined,
    }
  }

  async function image(spec: EnvironmentSpec & { readonly image: ContainerImage }): Promise<Launch | PlatformFailure> {
    const found = await findImageProgram(spec)
    if ('errorType' in found) return found
    const [program, ...parameters] = found
    return {
      runtime: undefined,
      interpreter: undefined,
      clientDirectory: undefined,
      notice: undefined,
      command: () => ({ program, arguments: parameters, hasRuntimeSocket: false, hasLogPipe: false }),
      waitingCommand: undefined,
    }
  }

  return {
    async find(spec) {
      if (spec.image !== undefined) return image({ ...spec, image: spec.image })
      const runtime = parseRuntime(spec.runtime)
      if (runtime === undefined) return noInterpreter(spec.runtime)
      return isInterpreted(runtime) ? interpreted(runtime) : custom(runtime, spec)
    },
    async prepare(identifier) {
      const runtime = parseRuntime(identifier)
      if (runtime === undefined || !isInterpreted(runtime)) return undefined
      const launch = await interpreted(runtime)
      return isFailure(launch) ? undefined : launch
    },
  }
}
