import { howToGetRuntime } from '#resources'
import type { InvocationResult } from './environment-spec.ts'
import type { ProcessExit } from './sandbox/sandbox.ts'

/** Failures that the platform itself reports, in place of an answer of the runtime. */
export interface PlatformFailure {
  readonly errorType: string
  /** Without the request id in front of it. */
  readonly message: string
  /** How log lines put it. */
  readonly status: 'timeout' | 'error'
}

export const exited = (exit: ProcessExit): PlatformFailure => ({
  errorType: 'Runtime.ExitError',
  message:
    exit.status === 0 && exit.signal === undefined
      ? 'Runtime exited without providing a reason'
      : `Runtime exited with error: ${exitText(exit)}`,
  status: 'error',
})

/** A runtime that breaks down while it loads is not told from one that hangs: AWS answers with the timeout. */
export const isBrokenDown = ({ errorType, message }: PlatformFailure): boolean =>
  errorType === 'Runtime.ExitError' && message.endsWith(': segmentation fault')

export const extensionExited = (exit: ProcessExit): PlatformFailure => ({
  errorType: 'Extension.Crash',
  message: exit.status === 0 && exit.signal === undefined ? 'exit code 0' : exitText(exit),
  status: 'error',
})

export const extensionNotLaunched = (path: string, fault: string): PlatformFailure => ({
  errorType: 'Extension.LaunchError',
  message: `fork/exec ${path}: ${fault}`,
  status: 'error',
})

export const tooManyExtensions: PlatformFailure = {
  errorType: 'Extension.LaunchError',
  message: 'ErrTooManyExtensions',
  status: 'error',
}

export const outOfMemory: PlatformFailure = {
  errorType: 'Runtime.OutOfMemory',
  message: 'Runtime exited with error: signal: killed',
  status: 'error',
}

export const timedOut = (timeoutSeconds: number): PlatformFailure => ({
  errorType: 'Sandbox.Timedout',
  message: `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
  status: 'timeout',
})

export const noInterpreter = (runtime: string): PlatformFailure => ({
  errorType: 'Runtime.InvalidEntrypoint',
  message: `no interpreter for runtime ${runtime} was found on the host: "${howToGetRuntime(runtime)}" brings one in a container image`,
  status: 'error',
})

/** An image that the runtime was taken from is gone, and there is nothing else. */
export const lostRuntime = (lost: string): PlatformFailure => ({
  errorType: 'Runtime.InvalidEntrypoint',
  message: lost,
  status: 'error',
})

export const noClient = (runtime: string): PlatformFailure => ({
  errorType: 'Runtime.InvalidEntrypoint',
  message: `the runtime interface client for ${runtime} could not be fetched`,
  status: 'error',
})

export const noBootstrap = (paths: readonly string[]): PlatformFailure => ({
  errorType: 'Runtime.InvalidEntrypoint',
  message: `Couldn't find valid bootstrap(s): [${paths.join(' ')}]`,
  status: 'error',
})

export const unusableProgram = (path: string, fault: string): PlatformFailure => ({
  errorType: 'Runtime.InvalidEntrypoint',
  message: `fork/exec ${path}: ${fault}`,
  status: 'error',
})

export const noEntryPoint: PlatformFailure = {
  errorType: 'Runtime.InvalidEntrypoint',
  message: 'the image has neither an entry point nor a command',
  status: 'error',
}

export const notInPath = (name: string): PlatformFailure => ({
  errorType: 'Runtime.InvalidEntrypoint',
  message: `exec: "${name}": executable file not found in $PATH`,
  status: 'error',
})

export const noWorkingDirectory = (path: string): PlatformFailure => ({
  errorType: 'Runtime.InvalidWorkingDir',
  message: `chdir ${path}: no such file or directory`,
  status: 'error',
})

export const imagesNotRun: PlatformFailure = {
  errorType: 'Runtime.InvalidEntrypoint',
  message: 'container images are not run with --isolation process',
  status: 'error',
}

export function failureResult({ errorType, message }: PlatformFailure, requestId: string): InvocationResult {
  const body = { errorType, errorMessage: `RequestId: ${requestId} Error: ${message}` }
  return { functionError: 'Unhandled', errorType, payload: Buffer.from(JSON.stringify(body)) }
}

export const RESPONSE_TOO_LARGE = 'Function.ResponseSizeTooLarge'

export function responseTooLarge(limitBytes: number): InvocationResult {
  const errorType = RESPONSE_TOO_LARGE
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${limitBytes} bytes).`
  return { functionError: 'Unhandled', errorType, payload: Buffer.from(JSON.stringify({ errorMessage, errorType })) }
}

const exitText = ({ status, signal }: ProcessExit) =>
  signal === undefined ? `exit status ${status}` : `signal: ${signalText(signal)}`

/** Go's words, which the messages of AWS use. */
const signalText = (signal: string) => SIGNAL_TEXTS[signal] ?? signal.toLowerCase()

const SIGNAL_TEXTS: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGABRT: 'aborted',
  SIGTERM: 'terminated',
  SIGBUS: 'bus error',
  SIGILL: 'illegal instruction',
  SIGFPE: 'floating point exception',
  SIGTRAP: 'trace/breakpoint trap',
  SIGINT: 'interrupt',
}
