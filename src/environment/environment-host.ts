import { mkdir, realpath } from 'node:fs/promises'
import { createEagerPolling, type Log } from '#base'
import { openCgroupTree } from './cgroups/cgroup-tree.ts'
import { ConcurrentEnvironment } from './concurrent-environment.ts'
import type { ContainerImage, Environment, EnvironmentSpec, RuntimeRoot, RuntimeSource } from './environment-spec.ts'
import { environmentVariables, extensionVariables } from './environment-variables.ts'
import { findExternalExtensions } from './extensions/external-extensions.ts'
import { imagesNotRun } from './function-errors.ts'
import { describeMemory, type HostMemory, openHostMemory } from './host-memory.ts'
import { createIdleFreezer } from './idle-freezer.ts'
import { findRuntimeInImage, type RuntimeFault } from './images/runtime-in-image.ts'
import { openPreparedSandboxes } from './prepared/prepared-sandboxes.ts'
import { RunningEnvironment } from './running-environment.ts'
import { openRuntimeDoor } from './runtime-api/runtime-door.ts'
import { isFailure, type Launch, openLauncher } from './runtimes/launcher.ts'
import { type Places, SEEN } from './runtimes/program-file.ts'
import { openBubblewrap } from './sandbox/bubblewrap.ts'
import { openProcessIsolation } from './sandbox/process.ts'
import type { Sandbox, SandboxImage, SandboxTechnique } from './sandbox/sandbox.ts'
import { openServerDirectory, removeDeadServers } from './server-directory.ts'
import { createStartEstimate } from './start-estimate.ts'
import { createUnstartableEnvironment } from './unstartable-environment.ts'

/** Starts execution environments on this machine, and ends them all. */
export interface EnvironmentHost {
  /** Resolves when the Init phase has ended, however it ended; rejects only for faults of the host. */
  start(spec: EnvironmentSpec): Promise<Environment>
  /** Looks for an interpreter, and fetches it when it can be fetched, in a minute; never rejects. */
  prepareRuntime(runtime: string, image?: RuntimeSource): Promise<void>
  /** What would run the functions of a runtime in an image, which is run for this; or why nothing would. */
  findRuntimeIn(runtime: string, image: ContainerImage): Promise<RuntimeRoot | RuntimeFault>
  /** For the operator: which limits hold on this machine. */
  readonly limits: readonly string[]
  readonly memory: HostMemory
  /** How long a start will probably take when so many others are on their way. */
  startEstimateMs(runtime: string, others: number): number
  /** Kills everything and removes what it left. */
  close(): Promise<void>
}

/** A process may be about to start when what surrounds it is killed. */
const KILL_EVERY_MS = 100

export type Isolation = 'bubblewrap' | 'process'
export type Network = 'host' | 'none'

export interface EnvironmentHostOptions {
  readonly dataDirectory: string
  /** Where fetched interpreters are kept; servers may share it. */
  readonly runtimesDirectory: string
  readonly isolation: Isolation
  /** Of functions: the host's, unless each environment is to have a loopback interface of its own and nothing else. */
  readonly network?: Network
  /** What all environments together may take; undefined: a share of what the machine has. */
  readonly memoryMb?: number | undefined
  readonly log: Log
}

export async function openEnvironmentHost(options: EnvironmentHostOptions): Promise<EnvironmentHost> {
  const { runtimesDirectory, isolation, network = 'host', log } = options
  await mkdir(options.dataDirectory, { recursive: true })
  // As the kernel names it in its list of mounts.
  const dataDirectory = await realpath(options.dataDirectory)
  await removeDeadServers(dataDirectory, log)
  const directory = await openServerDirectory(dataDirectory)
  const cgroups = openCgroupTree(directory.name)
  await directory.record(cgroups.directories)
  const memory = openHostMemory(cgroups, options.memoryMb)
  const technique = await openTechnique().catch(async (error) => {
    await cgroups.close()
    await directory.remove()
    throw error
  })
  const launcher = openLauncher(runtimesDirectory, log)
  const freezer = createIdleFreezer()
  const polling = createEagerPolling()
  const estimate = createStartEstimate()
  const prepared = openPreparedSandboxes({
    technique,
    directory: `${directory.path}/prepared`,
    memory,
    log,
    calm: () => Promise.allSettled(starting),
  })
  const environments = new Map<string, Environment>()
  const starting = new Set<Promise<unknown>>()
  const initializing = new Set<Sandbox>()
  let count = 0
  let isClosed = false

  function openTechnique(): Promise<SandboxTechnique> {
    const place = `${directory.path}/tmp`
    return isolation === 'bubblewrap' ? openBubblewrap(place, cgroups, network) : openProcessIsolation(place)
  }

  async function start(wanted: EnvironmentSpec): Promise<Environment> {
    if (isClosed) throw new Error('the environment host is closed')
    const spec = visible(wanted)
    const id = `${directory.name}-${++count}`
    const launch = spec.image && !technique.runsImages ? imagesNotRun : await launcher.find(spec)
    if (isClosed) throw new Error('the environment host was closed meanwhile')
    if (isFailure(launch)) return createUnstartableEnvironment(id, spec, launch)
    return untilClosed(startRunning(id, spec, launch))
  }

  /** What is waited for before everything is closed. */
  function untilClosed<Result>(work: Promise<Result>): Promise<Result> {
    starting.add(work)
    return work.finally(() => starting.delete(work))
  }

  /** Nobody waits any more for what they might become; an Init may take minutes. */
  function killInitializing(): void {
    for (const sandbox of initializing) sandbox.kill()
  }

  /** Plain processes see the host, whatever image a runtime was taken from before. */
  function visible(wanted: EnvironmentSpec): EnvironmentSpec & Places {
    const { runtimeImage, ...spec } = wanted
    if (runtimeImage === undefined || !technique.runsImages) return { ...spec, showsHost: isolation === 'process' }
    return { ...spec, runtimeImage }
  }

  async function startRunning(id: string, spec: EnvironmentSpec, launch: Launch) {
    const startMs = performance.now()
    const { memoryMb, vcpus, ephemeralStorageMb, codeDirectory, layersDirectory, fileSystems } = spec
    const { interpreter, clientDirectory, root } = launch
    const room = {
      memoryMb,
      vcpus,
      ephemeralStorageMb,
      codeDirectory,
      layersDirectory,
      fileSystems,
      image: imageOf(spec, root),
      clientDirectory,
      interpreter,
    }
    const externals = await findExternalExtensions({ ...spec, root })
    // External extensions come first, and only then the runtime.
    const ready = externals.length === 0 ? prepared.take(spec, launch, room) : undefined
    const sandbox = ready ?? (await technique.create(room))
    const door = await openRuntimeDoor(sandbox, spec.maxConcurrency).catch(async (error) => {
      await sandbox.remove()
      throw error
    })
    const variables = environmentVariables(spec, launch, sandbox.paths, door.address)
    const kind = spec.maxConcurrency === undefined ? RunningEnvironment : ConcurrentEnvironment
    initializing.add(sandbox)
    const started = kind.start({
      id,
      spec,
      sandbox,
      command: { ...launch.command(sandbox.paths, spec), variables },
      externals,
      extensionVariables: extensionVariables(variables),
      freezer,
      polling,
      hostLog: log,
      notices: [...launch.notices, ...spec.notices],
      assignSession: door.leadTo,
      release() {
        environments.delete(id)
        door.close()
      },
    })
    const environment = await started.finally(() => initializing.delete(sandbox))
    sandbox.endBoost()
    estimate.observe(spec.runtime, ready === undefined ? 'ordinary' : 'prepared', performance.now() - startMs)
    environments.set(id, environment)
    return environment
  }

  return {
    start,
    async prepareRuntime(runtime, image) {
      const launch = await launcher.prepare(runtime, technique.runsImages ? image : undefined)
      if (launch !== undefined) prepared.want(launch)
    },
    async findRuntimeIn(runtime, image) {
      if (isClosed) throw new Error('the environment host is closed')
      return untilClosed(findRuntimeInImage(technique, runtime, image))
    },
    limits: [...technique.limits, `memory of all environments: ${describeMemory(memory)}`],
    memory,
    startEstimateMs: (runtime, others) =>
      estimate.estimateMs(runtime, prepared.readyCount(runtime) > others ? 'prepared' : 'ordinary'),
    async close() {
      isClosed = true
      // As on a disk that has failed.
      const leaveToNextStart = (cause: unknown) => log.warn('files are left for the next start to remove', { cause })
      freezer.close()
      const giveUp = setInterval(killInitializing, KILL_EVERY_MS)
      killInitializing()
      await Promise.allSettled(starting)
      clearInterval(giveUp)
      await prepared.close()
      await Promise.all([...environments.values()].map((environment) => environment.shutdown()))
      await technique.close().catch(leaveToNextStart)
      await cgroups.close()
      await directory.remove().catch(leaveToNextStart)
    },
  }
}

/** What the sandbox shows in the place of the host, if anything. */
function imageOf({ image }: EnvironmentSpec, root: RuntimeRoot | undefined): SandboxImage | undefined {
  if (image !== undefined) return { ...image, holdsFunction: true }
  return root && { directory: root.directory, workingDirectory: SEEN.task, holdsFunction: false }
}
