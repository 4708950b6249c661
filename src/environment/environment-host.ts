import { mkdir, realpath } from 'node:fs/promises'
import type { Log } from '#base'
import { openCgroupTree } from './cgroups/cgroup-tree.ts'
import { createEagerPolling } from './eager-polling.ts'
import type { Environment, EnvironmentSpec } from './environment-spec.ts'
import { environmentVariables } from './environment-variables.ts'
import { noInterpreter } from './function-errors.ts'
import { createIdleFreezer } from './idle-freezer.ts'
import { RunningEnvironment } from './running-environment.ts'
import { openRuntimeListener, type RuntimeListener } from './runtime-api/runtime-listener.ts'
import { type Interpreter, openInterpreters } from './runtimes/interpreters.ts'
import { parseRuntime, type Runtime } from './runtimes/runtime.ts'
import { openRuntimeClients } from './runtimes/runtime-clients.ts'
import { openBubblewrap } from './sandbox/bubblewrap.ts'
import { openProcessIsolation } from './sandbox/process.ts'
import type { SandboxTechnique } from './sandbox/sandbox.ts'
import { openServerDirectory, removeDeadServers } from './server-directory.ts'
import { createStartEstimate } from './start-estimate.ts'
import { createUnstartableEnvironment } from './unstartable-environment.ts'

/** Starts execution environments on this machine, and ends them all. */
export interface EnvironmentHost {
  /** Resolves when the Init phase has ended, however it ended; rejects only for faults of the host. */
  start(spec: EnvironmentSpec): Promise<Environment>
  /** Looks for an interpreter, and fetches it when it can be fetched; takes at most a minute, and never rejects. */
  prepareRuntime(runtime: string): Promise<void>
  /** For the operator: which limits hold on this machine. */
  readonly limits: readonly string[]
  /** How long a start will probably take. */
  startEstimateMs(runtime: string): number
  /** Kills everything and removes what it left. */
  close(): Promise<void>
}

export type Isolation = 'bubblewrap' | 'process'

export interface EnvironmentHostOptions {
  readonly dataDirectory: string
  /** Where fetched interpreters are kept; servers may share it. */
  readonly runtimesDirectory: string
  readonly isolation: Isolation
  readonly log: Log
}

/** No other value is needed by our own runtimes; by TCP nobody listens there. */
const NO_RUNTIME_API = '127.0.0.1:9'

export async function openEnvironmentHost(options: EnvironmentHostOptions): Promise<EnvironmentHost> {
  const { runtimesDirectory, isolation, log } = options
  await mkdir(options.dataDirectory, { recursive: true })
  // As the kernel names it in its list of mounts.
  const dataDirectory = await realpath(options.dataDirectory)
  await removeDeadServers(dataDirectory, log)
  const directory = await openServerDirectory(dataDirectory)
  const cgroups = openCgroupTree(directory.name)
  await directory.record(cgroups.directories)
  const technique = await openTechnique().catch(async (error) => {
    await cgroups.close()
    await directory.remove()
    throw error
  })
  const listener = technique.separatesUsers ? await openRuntimeListener() : undefined
  const interpreters = openInterpreters(runtimesDirectory, log)
  const clients = openRuntimeClients(runtimesDirectory, log)
  const freezer = createIdleFreezer()
  const polling = createEagerPolling()
  const estimate = createStartEstimate()
  const environments = new Map<string, RunningEnvironment>()
  const starting = new Set<Promise<unknown>>()
  let count = 0
  let isClosed = false

  function openTechnique(): Promise<SandboxTechnique> {
    const place = `${directory.path}/tmp`
    return isolation === 'bubblewrap' ? openBubblewrap(place, cgroups) : openProcessIsolation(place)
  }

  async function start(spec: EnvironmentSpec): Promise<Environment> {
    if (isClosed) throw new Error('the environment host is closed')
    const name = String(++count)
    const id = `${directory.name}-${name}`
    const runtime = parseRuntime(spec.runtime)
    const interpreter = runtime && (await interpreters.find(runtime))
    if (!runtime || !interpreter) return createUnstartableEnvironment(id, spec, noInterpreter(spec.runtime))
    const startMs = performance.now()
    const start = startRunning(id, name, spec, runtime, interpreter)
    starting.add(start)
    const environment = await start.finally(() => starting.delete(start))
    estimate.observe(spec.runtime, performance.now() - startMs)
    return environment
  }

  async function startRunning(
    id: string,
    name: string,
    spec: EnvironmentSpec,
    runtime: Runtime,
    interpreter: Interpreter,
  ) {
    const { memoryMb, ephemeralStorageMb, codeDirectory, layersDirectory, fileSystems } = spec
    const client = await clients.provide(runtime.family, interpreter)
    const place = { ...interpreter, commands: client.commands }
    const clientDirectory = client.directory
    const sandbox = await technique.create({
      id: name,
      memoryMb,
      ephemeralStorageMb,
      codeDirectory,
      layersDirectory,
      fileSystems,
      clientDirectory,
      interpreter: place,
    })
    const { paths, user } = sandbox
    const environment = await RunningEnvironment.start({
      id,
      spec,
      sandbox,
      command: {
        arguments: [`${paths.runtime}/${client.script}`],
        variables: environmentVariables(spec, runtime, paths, listener?.address ?? NO_RUNTIME_API),
      },
      freezer,
      polling,
      hostLog: log,
      notices: [...(interpreter.notice === undefined ? [] : [interpreter.notice]), ...spec.notices],
      assignSession: (session) => user !== undefined && listener?.assign(user, session),
      release() {
        environments.delete(id)
        if (user !== undefined) listener?.unassign(user)
      },
    })
    environments.set(id, environment)
    return environment
  }

  return {
    start,
    async prepareRuntime(identifier) {
      const runtime = parseRuntime(identifier)
      const interpreter = runtime && (await interpreters.find(runtime))
      if (runtime && interpreter) await clients.provide(runtime.family, interpreter)
    },
    limits: [...technique.limits, describeRuntimeApi(listener)],
    startEstimateMs: estimate.estimateMs,
    async close() {
      isClosed = true
      // As on a disk that has failed.
      const leaveToNextStart = (cause: unknown) => log.warn('files are left for the next start to remove', { cause })
      freezer.close()
      await Promise.allSettled(starting)
      await Promise.all([...environments.values()].map((environment) => environment.shutdown()))
      await listener?.close()
      await technique.close().catch(leaveToNextStart)
      await cgroups.close()
      await directory.remove().catch(leaveToNextStart)
    },
  }
}

function describeRuntimeApi(listener: RuntimeListener | undefined): string {
  return listener
    ? `runtime api: over an inherited socket, and by TCP at ${listener.address} for other clients`
    : 'runtime api: over an inherited socket only (TCP needs a user id for each environment, hence root and bubblewrap)'
}
