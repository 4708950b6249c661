import type { LogSink } from '#base'
import type { LoggingConfig } from '#resources'

/** Everything an execution environment needs to know of its function version; fixed for its whole life. */
export interface EnvironmentSpec {
  readonly functionName: string
  /** `$LATEST` or a number. */
  readonly functionVersion: string
  /** The runtime's identifier, such as `python3.12` or `nodejs22.x`; `IMAGE` for a container image. */
  readonly runtime: string
  readonly handler: string
  readonly memoryMb: number
  readonly ephemeralStorageMb: number
  readonly timeoutSeconds: number
  /** Started ahead of any invocation. */
  readonly isProvisioned?: boolean
  /** Runs so many invocations at a time, and never rests in between. Undefined: one. */
  readonly maxConcurrency?: number
  /** Undefined: what the memory buys. */
  readonly vcpus?: number
  /** In the place of a runtime, a code package and layers. */
  readonly image?: ContainerImage
  /** What the runtime is taken from where the host has no interpreter of exactly its version. */
  readonly runtimeImage?: RuntimeSource
  /** Host path of the unpacked code package; must be readable by everybody, because the function runs as an unknown user. */
  readonly codeDirectory: string
  /** The same of the function's layers, laid over each other; undefined when it has none. */
  readonly layersDirectory?: string
  readonly fileSystems: readonly Mount[]
  /** The user's variables. */
  readonly variables: Readonly<Record<string, string>>
  readonly region: string
  readonly account: string
  readonly credentials: RoleCredentials
  readonly logGroupName: string
  readonly logStreamName: string
  readonly log: LogSink
  /** Images have none. */
  readonly runtimeVersionArn?: string
  /** Lines for the head of the log stream. */
  readonly notices: readonly string[]
  readonly logging: LoggingConfig
}

/** An unpacked image, and how its process is started. */
export interface ContainerImage {
  /** Host path of its root file system. */
  readonly directory: string
  readonly entryPoint: readonly string[]
  readonly command: readonly string[]
  readonly workingDirectory: string
  readonly variables: Readonly<Record<string, string>>
}

/** An unpacked image that a runtime is taken from. */
export interface RuntimeRoot extends Pick<ContainerImage, 'directory' | 'variables'> {
  /** In it, for our client; undefined: the image has a client of its own, or the function brings one. */
  readonly interpreter?: string
}

/** Asked for only when it is needed: its files may have to be pulled again. Never rejects. */
export type RuntimeSource = () => Promise<RuntimeRoot | LostRoot>

/** An image that was pulled, is not there any more, and cannot be pulled again. */
export interface LostRoot {
  readonly lost: string
}

export const IMAGE_RUNTIME = 'IMAGE'

/** A directory of the host that the function sees under another name, and may write to. */
export interface Mount {
  readonly directory: string
  readonly mountPath: string
}

export interface RoleCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

export interface Invocation {
  readonly requestId: string
  readonly payload: Buffer
  readonly invokedFunctionArn: string
  readonly traceHeader: string
  /** JSON text. */
  readonly clientContext?: string
  readonly wantsLogTail: boolean
  /** Takes a response that the function streams as it comes; otherwise it is gathered, within the limit of any other. */
  readonly wantsStream?: boolean
}

/** A function error is a result too: its payload is the error's JSON. */
export interface InvocationResult {
  readonly functionError?: 'Unhandled'
  /**
   * Only with `functionError`; as in the platform's log lines, such as `Runtime.ExitError`. At the end of a stream: as its
   * reader is told.
   */
  readonly errorType?: string
  readonly payload: Buffer
  /** The last 4096 bytes of this invocation's log, when wanted. */
  readonly logTail?: Buffer
  /** In the place of a payload, when one is wanted and the function streams. The invocation runs on until the stream's end. */
  readonly stream?: StreamedResponse
}

/** A response while the function writes it; to be read once. Reading slowly makes the function wait. */
export interface StreamedResponse extends AsyncIterable<Buffer> {
  /** As the runtime says, if it does. */
  readonly contentType: string | undefined
  /** How the invocation ended, with an empty payload unless it failed; rejects when the environment was shut down. */
  readonly end: Promise<InvocationResult>
}

export interface Environment {
  readonly id: string
  /** False once it must not be used any more. */
  readonly isAlive: boolean
  /** False after a failed Init, and after a failure: the next invocation begins with another. */
  readonly isInitialized: boolean
  /** The most that it has used, as its last REPORT says; 0 before, and where nobody counts. */
  readonly peakMemoryMb: number
  /** How many more invocations it takes now. */
  readonly room: number
  /** Of one that runs one at a time, after an answer: until runtime and extensions are ready for the next event. Undefined when they are. */
  readonly ending: Promise<void> | undefined
  /** No more than there is room for. The function's faults are results; rejects only when the environment was shut down meanwhile. */
  invoke(invocation: Invocation): Promise<InvocationResult>
  /** Shutdown phase, then gone; may be called again. */
  shutdown(): Promise<void>
}
