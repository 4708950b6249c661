import { chmod, mkdir, rm } from 'node:fs/promises'
import { exportable } from '../sandbox/export-script.ts'
import type {
  AdaptableSandbox,
  Sandbox,
  SandboxCommand,
  SandboxProcess,
  SandboxSpec,
  SandboxTechnique,
} from '../sandbox/sandbox.ts'
import { within } from '../within.ts'
import type { Mounts } from './mounts.ts'

/** An interpreter that takes longer to start is not waited for. */
const START_LIMIT_MS = 10_000

export interface Preparation {
  readonly prepare: NonNullable<SandboxTechnique['prepare']>
  readonly mounts: Mounts
  /** Belongs to this sandbox alone, and lies below a directory that is shared. */
  readonly directory: string
  readonly spec: Pick<SandboxSpec, 'memoryMb' | 'ephemeralStorageMb' | 'clientDirectory' | 'interpreter'>
  command(sandbox: Sandbox): SandboxCommand
}

/** A sandbox in which an interpreter waits to be told which function it serves; then it is that function's for good. */
export class PreparedSandbox {
  /** Resolves when it waits no more, unless it was taken. */
  readonly end: Promise<unknown>
  readonly #sandbox: AdaptableSandbox
  readonly #waiting: SandboxProcess
  readonly #preparation: Preparation
  #hasEnded = false

  private constructor(sandbox: AdaptableSandbox, waiting: SandboxProcess, preparation: Preparation) {
    this.#sandbox = sandbox
    this.#waiting = waiting
    this.#preparation = preparation
    this.end = waiting.exit.then(() => {
      this.#hasEnded = true
    })
  }

  /** Resolves when the interpreter waits, and is frozen. */
  static async start(preparation: Preparation): Promise<PreparedSandbox> {
    const { prepare, directory, spec } = preparation
    const [codeDirectory, layersDirectory] = [`${directory}/task`, `${directory}/opt`]
    for (const path of [codeDirectory, layersDirectory]) {
      await mkdir(path, { recursive: true })
      // Whatever the server's own mask says.
      await chmod(path, 0o755)
    }
    const sandbox = await prepare({ ...spec, codeDirectory, layersDirectory, fileSystems: [], image: undefined })
    try {
      const waiting = await sandbox.start(preparation.command(sandbox))
      await untilReady(waiting)
      sandbox.freeze()
      return new PreparedSandbox(sandbox, waiting, preparation)
    } catch (error) {
      await discard(sandbox, preparation)
      throw error
    }
  }

  get isWaiting(): boolean {
    return !this.#hasEnded
  }

  /** The first process that is started in the sandbox is the one that waits. */
  give(spec: SandboxSpec): Sandbox {
    const { mounts, directory } = this.#preparation
    mounts.bindReadOnly(spec.codeDirectory, `${directory}/task`)
    if (spec.layersDirectory !== undefined) mounts.bindReadOnly(spec.layersDirectory, `${directory}/opt`)
    this.#sandbox.adapt(spec)
    this.#sandbox.thaw()
    return givenSandbox(this.#sandbox, this.#waiting, () => this.remove())
  }

  remove(): Promise<void> {
    return discard(this.#sandbox, this.#preparation)
  }
}

function givenSandbox(sandbox: Sandbox, waiting: SandboxProcess, remove: () => Promise<void>): Sandbox {
  let next: SandboxProcess | undefined = waiting
  return {
    paths: sandbox.paths,
    loopback: sandbox.loopback,
    network: sandbox.network,
    owns: (find) => sandbox.owns(find),
    async start(command) {
      const started = next
      next = undefined
      if (started === undefined) return sandbox.start(command)
      started.runtimeSocket?.write(`${JSON.stringify(Object.fromEntries(exportable(command.variables)))}\n`)
      started.runtimeSocket?.resume()
      return started
    },
    freeze: () => sandbox.freeze(),
    thaw: () => sandbox.thaw(),
    kill: () => sandbox.kill(),
    endBoost: () => sandbox.endBoost(),
    outOfMemoryKills: () => sandbox.outOfMemoryKills(),
    peakMemoryBytes: () => sandbox.peakMemoryBytes(),
    remove,
  }
}

/** Whatever it says, it waits. */
async function untilReady({ runtimeSocket, exit }: SandboxProcess): Promise<void> {
  const word = new Promise<string>((resolve) => runtimeSocket?.once('data', () => resolve('ready')))
  const first = await within(Promise.race([word, exit]), START_LIMIT_MS)
  runtimeSocket?.pause()
  if (first !== 'ready') throw new Error('the interpreter could not be started ahead')
}

async function discard(sandbox: Sandbox, { mounts, directory }: Preparation): Promise<void> {
  await sandbox.remove()
  for (const name of ['task', 'opt']) mounts.unmount(`${directory}/${name}`)
  await rm(directory, { recursive: true, force: true })
}
