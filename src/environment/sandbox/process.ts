import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { wrapChild } from './child-process.ts'
import {
  LOG_FD,
  type Sandbox,
  type SandboxCommand,
  type SandboxPaths,
  type SandboxProcess,
  type SandboxSpec,
  type SandboxTechnique,
} from './sandbox.ts'

/** Plain processes, for machines without Linux namespaces. They see everything that the server's user may see. */
export async function openProcessIsolation(directory: string): Promise<SandboxTechnique> {
  await mkdir(directory, { recursive: true })
  return {
    limits: LIMITS,
    runsImages: false,
    create: async (spec) => new ProcessSandbox(spec, await mkdtemp(`${directory}/tmp-`)),
    close: () => rm(directory, { recursive: true, force: true }),
  }
}

const LIMITS = [
  'isolation: process (NONE: functions can read and write whatever the server can)',
  'memory, processes, cpu, /tmp: NOT limited',
  'freeze: idle environments are NOT frozen',
  'runtime api: by TCP, NOT closed to other processes of this host',
]

/** A program that does not know our socket would outlive the server, so somebody beside it waits for the socket to close. */
const WATCHED_PROGRAM = `(cat <&3; kill -KILL -$$) >/dev/null 2>&1 &
exec "$0" "$@" 3<&-`

class ProcessSandbox implements Sandbox {
  readonly paths: SandboxPaths
  readonly loopback = '127.0.0.1'
  readonly #spec: SandboxSpec
  /** Process ids of those who lead their groups. */
  readonly #groups = new Set<number>()

  constructor(spec: SandboxSpec, temporary: string) {
    this.#spec = spec
    this.paths = {
      task: spec.codeDirectory,
      runtime: spec.clientDirectory ?? '/var/runtime',
      temporary,
      layers: spec.layersDirectory ?? '/opt',
    }
  }

  /** Any process of this host may come: they all could read each other's memory anyway. */
  async owns(): Promise<boolean> {
    return true
  }

  async start(wanted: SandboxCommand): Promise<SandboxProcess> {
    const [command = '', ...rest] = this.#command(wanted)
    const child = spawn(command, rest, {
      cwd: this.paths.task,
      // The package may be another function's too, so Python must not leave its bytecode in it.
      env: {
        ...wanted.variables,
        TMPDIR: this.paths.temporary,
        PYTHONDONTWRITEBYTECODE: '1',
        LAMBENT_LAYERS_ROOT: this.paths.layers,
      },
      stdio: [
        'ignore',
        'pipe',
        'pipe',
        'pipe',
        ...Array<'ignore'>(LOG_FD - 4).fill('ignore'),
        wanted.hasLogPipe ? 'pipe' : 'ignore',
      ],
      // A process group of its own, so that everything it starts can be ended with it.
      detached: true,
    })
    const group = child.pid
    if (group !== undefined) this.#groups.add(group)
    return wrapChild(child, wanted, {
      terminate: () => signalGroup(group, 'SIGTERM'),
      kill: () => this.#killGroup(group),
    })
  }

  #command({ program, arguments: parameters, variables }: SandboxCommand): string[] {
    if (program !== undefined) return ['/bin/sh', '-c', WATCHED_PROGRAM, program, ...parameters]
    const wrapper = variables.AWS_LAMBDA_EXEC_WRAPPER
    return [...(wrapper ? [wrapper] : []), this.#spec.interpreter?.executable ?? '', ...parameters]
  }

  freeze(): void {}

  thaw(): void {}

  endBoost(): void {}

  kill(): void {
    for (const group of this.#groups) this.#killGroup(group)
  }

  /** Once only: its number may be another group's then. */
  #killGroup(group: number | undefined): void {
    if (group !== undefined && this.#groups.delete(group)) signalGroup(group, 'SIGKILL')
  }

  outOfMemoryKills(): number {
    return 0
  }

  peakMemoryBytes(): number {
    return 0
  }

  async remove(): Promise<void> {
    this.kill()
    await rm(this.paths.temporary, { recursive: true, force: true, maxRetries: 3 })
  }
}

function signalGroup(group: number | undefined, signal: NodeJS.Signals): void {
  if (group === undefined) return
  try {
    process.kill(-group, signal)
  } catch {
    // The group has ended by itself.
  }
}
