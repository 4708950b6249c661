import { strict as assert } from 'node:assert'
import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { LOG_FD, type ProcessExit, type SandboxCommand, type SandboxProcess } from './sandbox.ts'

/** Wraps a child whose descriptors 1 and 2, and perhaps 3, are pipes. Rejects when it could not be started. */
export async function wrapChild(
  child: ChildProcess,
  { hasRuntimeSocket, hasLogPipe }: Pick<SandboxCommand, 'hasRuntimeSocket' | 'hasLogPipe'>,
  signals: Pick<SandboxProcess, 'terminate' | 'kill'>,
): Promise<SandboxProcess> {
  if (child.pid === undefined) {
    throw await new Promise<Error>((resolve) => child.once('error', resolve))
  }
  // Node's types know of the first five.
  const { 1: stdout, 2: stderr, 3: third, [LOG_FD]: last } = child.stdio as readonly unknown[]
  assert(stdout instanceof Readable && stderr instanceof Readable, 'descriptors are pipes')
  const runtimeSocket = hasRuntimeSocket && third instanceof Socket ? third : undefined
  const logPipe = hasLogPipe && last instanceof Readable ? last : undefined
  const exit = Promise.withResolvers<ProcessExit>()
  const closed = Promise.withResolvers<void>()
  child.once('exit', (code, signal) => exit.resolve({ status: code ?? 0, signal: signal ?? undefined }))
  child.once('close', () => closed.resolve())
  // The child may end while it is written to or signalled; its exit tells.
  child.on('error', () => {})
  for (const stream of child.stdio) stream?.on('error', () => {})
  return { ...signals, runtimeSocket, logPipe, stdout, stderr, exit: exit.promise, closed: closed.promise }
}
