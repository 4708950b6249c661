import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { ContainerImage, Mount } from '../environment-spec.ts'
import type { PrivateNetwork } from './network/private-network.ts'
import type { SocketHolder } from './socket-holder.ts'

/** A technique of isolation: makes sandboxes, and says which limits it can enforce on this machine. */
export interface SandboxTechnique {
  /** Sentences for the operator: what holds here and what does not. */
  readonly limits: readonly string[]
  /** Whether an image's root file system can take the place of the host's. */
  readonly runsImages: boolean
  create(spec: SandboxSpec): Promise<Sandbox>
  /** The same for a function that is not known yet; undefined where this is not possible. */
  readonly prepare?: ((spec: SandboxSpec) => Promise<AdaptableSandbox>) | undefined
  close(): Promise<void>
}

export interface SandboxSpec {
  readonly memoryMb: number
  /** Its share of the processors; undefined: what the memory buys. */
  readonly vcpus?: number | undefined
  readonly ephemeralStorageMb: number
  readonly codeDirectory: string
  readonly layersDirectory: string | undefined
  readonly fileSystems: readonly Mount[]
  /** What a process sees in the place of the host. */
  readonly image: SandboxImage | undefined
  /** The runtime client, seen as the runtime's directory; custom runtimes have none. */
  readonly clientDirectory: string | undefined
  /** None for custom runtimes. */
  readonly interpreter: InterpreterPlace | undefined
}

export interface SandboxImage extends Pick<ContainerImage, 'directory' | 'workingDirectory'> {
  /** Otherwise code, layers and runtime client are mounted into it. */
  readonly holdsFunction: boolean
}

export interface InterpreterPlace {
  readonly executable: string
  /** What must be visible for the executable to work; undefined when one file is all there is. */
  readonly prefix: string | undefined
  /** Its names in `/var/lang/bin`, the main one first; in an image it has those that it has. */
  readonly commands: readonly [string, ...string[]]
}

/** One environment's room: survives its processes, so that `/tmp` outlives a reset. */
export interface Sandbox {
  /** How the function sees its places. */
  readonly paths: SandboxPaths
  /** Its own address of the loopback interface, which `sandbox.localdomain` stands for inside. */
  readonly loopback: string
  /** Undefined where it shares the host's. */
  readonly network?: PrivateNetwork | undefined
  /** Whether a process of this environment holds a socket; `find` is asked only when it makes a difference. */
  owns(find: () => Promise<SocketHolder | undefined>): Promise<boolean>
  /** Starts a process in this room; there may be several at a time. */
  start(command: SandboxCommand): Promise<SandboxProcess>
  /** Stops all processes without their noticing; they resume with `thaw`. No effect where it is not possible. */
  freeze(): void
  thaw(): void
  /** SIGKILL to everything inside. */
  kill(): void
  /** The Init phase is over: from now on it has the share of the processors that its memory buys. */
  endBoost(): void
  outOfMemoryKills(): number
  /** 0 when unknown. */
  peakMemoryBytes(): number
  remove(): Promise<void>
}

export interface AdaptableSandbox extends Sandbox {
  /** From now on it has these limits, and what is started in it sees these directories. */
  adapt(spec: SandboxSpec): void
}

export interface SandboxPaths {
  readonly task: string
  readonly runtime: string
  readonly temporary: string
  readonly layers: string
}

export interface SandboxCommand {
  /** As the function sees it; undefined: the interpreter, which a wrapper may start. */
  readonly program?: string
  readonly arguments: readonly string[]
  readonly variables: Readonly<Record<string, string>>
  /** Descriptor 3 is a socket for the Runtime API. */
  readonly hasRuntimeSocket: boolean
  /** Descriptor `LOG_FD` is a pipe for framed records. */
  readonly hasLogPipe: boolean
}

/** The lowest that no technique uses for itself. */
export const LOG_FD = 9

export interface SandboxProcess {
  /** The other end is descriptor 3 of the process; undefined when it did not want one. */
  readonly runtimeSocket: Socket | undefined
  readonly logPipe: Readable | undefined
  readonly stdout: Readable
  readonly stderr: Readable
  /** SIGTERM to the program and what it has started. */
  terminate(): void
  /** SIGKILL to the same. */
  kill(): void
  /** Resolves when the process has exited, before its output has been read to the end. */
  readonly exit: Promise<ProcessExit>
  /** Resolves when output and sockets have closed as well. */
  readonly closed: Promise<void>
}

export interface ProcessExit {
  readonly status: number
  readonly signal: string | undefined
}
