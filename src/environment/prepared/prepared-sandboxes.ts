import { mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '#base'
import type { EnvironmentSpec } from '../environment-spec.ts'
import { runtimeVariables } from '../environment-variables.ts'
import type { HostMemory } from '../host-memory.ts'
import type { Launch } from '../runtimes/launcher.ts'
import type { Sandbox, SandboxCommand, SandboxSpec, SandboxTechnique } from '../sandbox/sandbox.ts'
import { within } from '../within.ts'
import { type Mounts, openMounts } from './mounts.ts'
import { PreparedSandbox } from './prepared-sandbox.ts'
import { NOT_REMOVED, Shelf } from './shelf.ts'
import { isPreparable, isSuitable, PREPARED_STORAGE_MB } from './suitable.ts'

/** Sandboxes whose interpreters have started before anybody knows which function they will serve. */
export interface PreparedSandboxes {
  /** The runtime is in use: some are kept ready for it. */
  want(launch: Launch): void
  /** Undefined when there is none, or the function needs a start of its own. */
  take(spec: EnvironmentSpec, launch: Launch, room: SandboxSpec): Sandbox | undefined
  readyCount(runtime: string): number
  close(): Promise<void>
}

/** Of all runtimes together. */
const MOST_PREPARED = 6
/** What one takes, and the share of the host's memory for environments that all may take. */
const [BYTES, MOST_SHARE] = [48 * 2 ** 20, 1 / 16]
/** While environments take more than this share of it, or the machine has less, none is made. */
const [CROWDED_SHARE, LEAST_AVAILABLE_BYTES] = [1 / 2, 512 * 2 ** 20]
/** Of the smallest function. So one that starts gets little of a processor that others want. */
const MEMORY_MB = 128
/** After a start, because what comes next is its first invocation. */
const PAUSE_MS = 20
/** A function whose Init takes longer does not keep the others waiting. */
const LONGEST_WAIT_MS = 1000
const SWEEP_MS = 30_000

export interface PreparedOptions {
  readonly technique: SandboxTechnique
  /** For this alone. */
  readonly directory: string
  readonly memory: HostMemory
  readonly log: Log
  /** Resolves when no environment is being started. */
  calm(): Promise<unknown>
}

export function openPreparedSandboxes(options: PreparedOptions): PreparedSandboxes {
  const { technique, directory, memory, log, calm } = options
  const { prepare } = technique
  const shelves = new Map<string, Shelf>()
  const sweeper = setInterval(sweep, SWEEP_MS).unref()
  let mounts: Promise<Mounts | undefined> | undefined
  let count = 0
  let filling: Promise<void> | undefined
  let isClosed = false

  async function share(): Promise<Mounts | undefined> {
    let opened: Mounts | undefined
    try {
      opened = await openMounts()
      await mkdir(directory, { mode: 0o700 })
      opened?.share(directory)
      // Kernels before 5.12 cannot do it.
      await mkdir(`${directory}/trial`)
      opened?.bindReadOnly(`${directory}/trial`, `${directory}/trial`)
      opened?.unmount(`${directory}/trial`)
      return opened
    } catch (cause) {
      for (const mounted of [`${directory}/trial`, directory]) opened?.unmount(mounted)
      log.warn('no sandboxes can be prepared on this machine', { cause })
      return undefined
    }
  }

  const reportRemoval = (cause: unknown) => log.warn(NOT_REMOVED, { cause })

  function want(launch: Launch): void {
    if (isClosed || prepare === undefined) return
    if (!isPreparable(launch)) return void giveUp(launch)
    const { identifier } = launch.runtime
    const known = shelves.get(identifier)
    // A better interpreter has been found meanwhile.
    const isOutdated = known !== undefined && known.launch.interpreter?.executable !== launch.interpreter?.executable
    if (isOutdated) known.clear().catch(reportRemoval)
    if (known === undefined || isOutdated) shelves.set(identifier, new Shelf(launch, log))
    else known.use()
    fill()
  }

  /** The runtime is taken from an image now: nobody comes for those of the host any more. */
  function giveUp({ runtime, root }: Launch): void {
    if (runtime === undefined || root === undefined) return
    shelves.get(runtime.identifier)?.clear().catch(reportRemoval)
    shelves.delete(runtime.identifier)
  }

  /** One after the other, so that they do not compete with the starts that they are for. */
  function fill(): void {
    filling ??= fillAll()
      .catch((cause) => log.warn('no sandboxes could be prepared', { cause }))
      .finally(() => {
        filling = undefined
      })
  }

  async function fillAll(): Promise<void> {
    mounts ??= share()
    const opened = await mounts
    if (opened === undefined) return
    for (let shelf = nextShort(); shelf !== undefined; shelf = nextShort()) {
      await within(calm(), LONGEST_WAIT_MS)
      await sleep(PAUSE_MS)
      if (!isClosed) await addTo(shelf, opened)
    }
  }

  function nextShort(): Shelf | undefined {
    const all = [...shelves.values()]
    const ready = all.reduce((sum, { readyCount }) => sum + readyCount, 0)
    const most = Math.min(MOST_PREPARED, Math.floor((memory.budgetBytes * MOST_SHARE) / BYTES))
    return isClosed || ready >= most || isCrowded() ? undefined : all.find(({ isShort }) => isShort)
  }

  const isCrowded = (): boolean =>
    (memory.usedBytes() ?? 0) > memory.budgetBytes * CROWDED_SHARE || memory.availableBytes() < LEAST_AVAILABLE_BYTES

  async function addTo(shelf: Shelf, mounts: Mounts): Promise<void> {
    const { launch } = shelf
    const { interpreter, clientDirectory, waitingCommand } = launch
    if (prepare === undefined) return
    const place = `${directory}/${++count}`
    const spec = { memoryMb: MEMORY_MB, ephemeralStorageMb: PREPARED_STORAGE_MB, clientDirectory, interpreter }
    const command = ({ paths }: Sandbox): SandboxCommand => ({
      ...waitingCommand(paths),
      variables: runtimeVariables(launch.runtime, paths),
    })
    try {
      const sandbox = await PreparedSandbox.start({ prepare, mounts, directory: place, spec, command })
      if (isClosed || shelves.get(launch.runtime.identifier) !== shelf) await sandbox.remove()
      else shelf.add(sandbox)
    } catch (cause) {
      shelf.rest(cause)
    }
  }

  function sweep(): void {
    const nowMs = performance.now()
    for (const [identifier, shelf] of shelves) {
      shelf.shrink(nowMs)
      if (!shelf.isUnused(nowMs) && !isCrowded()) continue
      shelves.delete(identifier)
      shelf.clear().catch(reportRemoval)
    }
    fill()
  }

  return {
    want,
    take(spec, launch, room) {
      want(launch)
      const shelf = isPreparable(launch) ? shelves.get(launch.runtime.identifier) : undefined
      if (shelf === undefined || !isSuitable(spec)) return undefined
      const prepared = shelf.take()
      fill()
      if (prepared === undefined) return undefined
      try {
        if (prepared.isWaiting) return prepared.give(room)
      } catch (cause) {
        log.warn('a prepared sandbox could not be used', { cause })
      }
      prepared.remove().catch(reportRemoval)
      return undefined
    },
    readyCount: (runtime) => shelves.get(runtime)?.readyCount ?? 0,
    async close() {
      isClosed = true
      clearInterval(sweeper)
      await filling
      await Promise.all([...shelves.values()].map((shelf) => shelf.clear().catch(reportRemoval)))
      ;(await mounts)?.unmount(directory)
    },
  }
}
