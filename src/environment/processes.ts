import { type EnvironmentProcess, startProcess } from './environment-process.ts'
import type { Extension } from './extensions/extension.ts'
import { Extensions, MOST_EXTENSIONS, type ShutdownReason } from './extensions/extensions.ts'
import { createExtensionsApi, type FunctionDetails, type Subscribe } from './extensions/extensions-api.ts'
import type { ExternalExtension } from './extensions/external-extensions.ts'
import {
  exited,
  extensionExited,
  extensionNotLaunched,
  outOfMemory,
  type PlatformFailure,
  tooManyExtensions,
} from './function-errors.ts'
import { serveRuntime } from './runtime-api/runtime-connection.ts'
import type { InitEnd, OtherApi, Session } from './runtime-api/session.ts'
import type { ProcessExit, Sandbox, SandboxCommand } from './sandbox/sandbox.ts'
import { within } from './within.ts'

/** A process that has closed its Runtime API socket is ending by itself, slowly on a busy host; if it does not, it is ended. */
const HANG_UP_MS = 1000
/** The Shutdown phase, by who takes part: external extensions, or internal ones only. Without any it takes no time. */
const SHUTDOWN_MS = { external: 2000, internal: 500 }
/** Of the first, what the runtime may use. */
const RUNTIME_SHUTDOWN_MS = 300
/** So long extensions have to take the last of their telemetry, before they are told to end. */
const FLUSH_MS = 500

export interface ProcessesParts<OfRuntime extends Session> {
  readonly sandbox: Sandbox
  readonly command: SandboxCommand
  readonly externals: readonly ExternalExtension[]
  readonly extensionVariables: Readonly<Record<string, string>>
  readonly details: FunctionDetails
  /** Extensions hear of each invocation. */
  readonly hearsInvocations: boolean
  /** `onReady` is to be called when the runtime waits for an event. */
  readonly createSession: (otherApi: OtherApi, onReady: () => void) => OfRuntime
  /** Makes the Runtime API by TCP lead to this session. */
  readonly assignSession: (session: Session) => void
  readonly subscribe: Subscribe
  /** Gets each record of output. */
  readonly emit: (source: 'function' | 'extension', record: string) => void
  /** Hands to extensions what they have not heard yet. */
  readonly flush: () => Promise<void>
  /** The runtime waits for an event. */
  readonly onRuntimeReady: () => void
}

/** All processes of one Init, runtime and extensions: the way to invoke them, and the news of their end. */
export class Processes<OfRuntime extends Session = Session> {
  readonly session: OfRuntime
  readonly extensions: Extensions
  /** What came first. Rejects when the host could not start them. */
  readonly initEnd: Promise<InitEnd | { readonly kind: 'over' }>
  /** Resolves when one has ended that all depend on. */
  readonly over: Promise<PlatformFailure>
  #end: (failure: PlatformFailure) => void = () => {}
  readonly #parts: ProcessesParts<OfRuntime>
  readonly #all = new Map<string | typeof RUNTIME, EnvironmentProcess>()
  readonly #starts: Promise<unknown>[] = []
  #isOver = false
  #stopped: Promise<void> | undefined
  #observers: (() => void)[] = []

  constructor(parts: ProcessesParts<OfRuntime>) {
    this.#parts = parts
    const { promise, resolve } = Promise.withResolvers<PlatformFailure>()
    this.over = promise
    this.#end = resolve
    this.extensions = new Extensions(
      parts.externals.map(({ name }) => name),
      parts.hearsInvocations,
      () => this.#changed(),
    )
    const api = createExtensionsApi(this.extensions, parts.details, parts.subscribe)
    this.session = parts.createSession(api, () => {
      parts.onRuntimeReady()
      this.#changed()
    })
    parts.assignSession(this.session)
    const over = this.over.then(() => ({ kind: 'over' }) as const)
    // Apart from the constructor, so that what it calls is there.
    this.initEnd = Promise.race([Promise.resolve().then(() => this.#init()), over])
  }

  get isBusy(): boolean {
    return !this.#isOver && this.isAtWork
  }

  /** Not all have asked for their next event; or had not, when they ended. */
  get isAtWork(): boolean {
    return !this.session.isReady || this.extensions.isBusy
  }

  /** Resolves when nobody is busy any more, or everybody has gone. */
  quiet(): Promise<void> {
    return this.#until(() => !this.isBusy)
  }

  kill(): void {
    this.#parts.sandbox.kill()
  }

  /** The Shutdown phase; then all have gone. May be called again. */
  stop(reason: ShutdownReason): Promise<void> {
    this.#stopped ??= this.#stop(reason)
    return this.#stopped
  }

  // --- Init: external extensions, until they have registered; then the runtime; until all have asked for an event

  async #init(): Promise<InitEnd> {
    await Promise.all(this.#parts.externals.map((external, index) => this.#startExternal(external, index)))
    await this.#until(() => this.extensions.areRegistered)
    await this.#startRuntime()
    const end = await this.session.initEnd
    this.extensions.close()
    if (end.kind === 'ready') await this.#until(() => !this.extensions.isBusy)
    return end
  }

  async #startExternal({ name, path, fault }: ExternalExtension, index: number): Promise<void> {
    const isOneTooMany = index >= MOST_EXTENSIONS
    if (isOneTooMany || fault !== undefined) {
      const errorType = isOneTooMany
        ? 'TooManyExtensions'
        : fault === 'permission denied'
          ? 'PermissionDenied'
          : 'UnknownError'
      this.extensions.named(name)?.launchError(errorType)
      return this.#finish(isOneTooMany ? tooManyExtensions : extensionNotLaunched(path, fault ?? ''))
    }
    const { extensionVariables: variables, sandbox } = this.#parts
    const program = `${sandbox.paths.layers}/extensions/${name}`
    const command = { program, arguments: [], variables, hasRuntimeSocket: false, hasLogPipe: false }
    this.#keep(name, await this.#start(command, 'extension'), extensionExited)
  }

  async #startRuntime(): Promise<void> {
    if (this.#stopped !== undefined || this.#isOver) return
    const runtime = await this.#start(this.#parts.command, 'function')
    if (runtime.runtimeSocket !== undefined) {
      serveRuntime(runtime.runtimeSocket, this.session)
      runtime.runtimeSocket.once('close', () => setTimeout(runtime.kill, HANG_UP_MS).unref())
    }
    this.#keep(RUNTIME, runtime, exited)
  }

  #start(command: SandboxCommand, source: 'function' | 'extension'): Promise<EnvironmentProcess> {
    const { sandbox, emit } = this.#parts
    const onExit = () => (source === 'function' ? this.session.liftLimits() : undefined)
    const start = startProcess(sandbox, command, (record) => emit(source, record), onExit)
    this.#starts.push(start)
    return start
  }

  #keep(name: string | typeof RUNTIME, started: EnvironmentProcess, describe: (exit: ProcessExit) => PlatformFailure) {
    this.#all.set(name, started)
    if (this.#stopped !== undefined) started.kill()
    started.end.then((exit) => {
      this.#all.delete(name)
      const failure = started.ranOutOfMemory(exit) ? outOfMemory : describe(exit)
      this.#finish({ ...failure, errorType: this.extensions.fatalErrorType ?? failure.errorType })
    })
  }

  #finish(failure: PlatformFailure): void {
    this.#isOver = true
    this.#end(failure)
    this.#changed()
  }

  // --- Shutdown

  async #stop(reason: ShutdownReason): Promise<void> {
    if (!this.extensions.isEmpty) await this.#stopInOrder(reason)
    this.kill()
    // One that was about to start is killed as soon as it has.
    await Promise.allSettled(this.#starts)
    await Promise.all([...this.#all.values()].map(({ end }) => end))
    this.#finish(STOPPED)
  }

  async #stopInOrder(reason: ShutdownReason): Promise<void> {
    const { hasExternal } = this.extensions
    const deadlineMs = Date.now() + (hasExternal ? SHUTDOWN_MS.external : SHUTDOWN_MS.internal)
    const runtime = this.#all.get(RUNTIME)
    runtime?.terminate()
    if (runtime !== undefined) await within(runtime.end, hasExternal ? RUNTIME_SHUTDOWN_MS : SHUTDOWN_MS.internal)
    runtime?.kill()
    await within(this.#parts.flush(), FLUSH_MS)
    this.extensions.shutdown(reason, deadlineMs)
    const ends = [...this.extensions].map((extension) => this.#endOf(extension))
    await within(Promise.all(ends), deadlineMs - Date.now())
  }

  /** Those that do not want to hear of it are ended at once. */
  async #endOf(extension: Extension): Promise<void> {
    const external = this.#all.get(extension.name)
    if (!extension.subscribes('SHUTDOWN')) external?.kill()
    await external?.end
  }

  // --- waiting for what others do

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (isSo()) resolve()
        else this.#observers.push(look)
      }
      look()
    })
  }

  #changed(): void {
    if (this.#observers.length === 0) return
    const observers = this.#observers
    this.#observers = []
    for (const look of observers) look()
  }
}

const RUNTIME = Symbol('runtime')
/** Told only when nothing else has ended them before. */
const STOPPED: PlatformFailure = { errorType: 'Sandbox.Failure', message: 'stopped', status: 'error' }
