import { strict as assert } from 'node:assert'
import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { ProcessExit, SandboxProcess } from './sandbox.ts'

/** Wraps a child whose descriptors 1, 2 and 3 are pipes. Rejects when it could not be started. */
export async function wrapChild(child: ChildProcess): Promise<SandboxProcess> {
  if (child.pid === undefined) {
    throw await new Promise<Error>((resolve) => child.once('error', resolve))
  }
  const [, stdout, stderr, runtimeSocket] = child.stdio
  assert(
    stdout instanceof Readable && stderr instanceof Readable && runtimeSocket instanceof Socket,
    'descriptors are pipes',
  )
  const exit = Promise.withResolvers<ProcessExit>()
  const closed = Promise.withResolvers<void>()
  child.once('exit', (code, signal) => exit.resolve({ status: code ?? 0, signal: signal ?? undefined }))
  child.once('close', () => closed.resolve())
  // The child may end while it is written to or signalled; its exit tells.
  child.on('error', () => {})
  for (const stream of [stdout, stderr, runtimeSocket]) stream.on('error', () => {})
  return { runtimeSocket, stdout, stderr, exit: exit.promise, closed: closed.promise }
}
