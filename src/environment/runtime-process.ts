import { setTimeout as sleep } from 'node:timers/promises'
import { readFrames } from './output-frames.ts'
import { readLines } from './output-lines.ts'
import { serveRuntime } from './runtime-api/runtime-connection.ts'
import { type InitEnd, RuntimeSession } from './runtime-api/runtime-session.ts'
import type { ProcessExit, Sandbox, SandboxCommand } from './sandbox/sandbox.ts'

/** Output that a killed process left in its pipes is read for at most this long. */
const DRAIN_MS = 200
/** A process that has closed its Runtime API socket is ending by itself; if it does not, it is ended. */
const HANG_UP_MS = 100

/** One process of the runtime, from its start to its end: the way to invoke it, and the news of its exit. */
export interface RuntimeProcess {
  readonly session: RuntimeSession
  /** Resolves when the process has ended and its output has been read. Never rejects. */
  readonly end: Promise<ProcessExit>
  /** What came first. */
  readonly initEnd: Promise<InitEnd | { readonly kind: 'exit' }>
  kill(): void
  ranOutOfMemory(exit: ProcessExit): boolean
}

/** Starts a process; `emit` gets each record of its output. */
export async function startRuntimeProcess(
  sandbox: Sandbox,
  command: SandboxCommand,
  assignSession: (session: RuntimeSession) => void,
  emit: (record: string) => void,
): Promise<RuntimeProcess> {
  const session = new RuntimeSession()
  const killsBefore = sandbox.outOfMemoryKills()
  assignSession(session)
  const child = await sandbox.start(command)
  const outputs = [readLines(child.stdout, emit), readLines(child.stderr, emit)]

  let hasEnded = false
  const kill = () => {
    if (!hasEnded) sandbox.kill()
  }
  if (child.logPipe !== undefined) readFrames(child.logPipe, emit)
  if (child.runtimeSocket !== undefined) {
    serveRuntime(child.runtimeSocket, session)
    child.runtimeSocket.once('close', () => setTimeout(kill, HANG_UP_MS).unref())
  }

  async function waitForEnd(): Promise<ProcessExit> {
    const exit = await child.exit
    // Whatever the runtime had started goes with it, and then the pipes close.
    kill()
    hasEnded = true
    session.stream?.liftLimit()
    const drained = new AbortController()
    await Promise.race([child.closed, sleep(DRAIN_MS, undefined, { signal: drained.signal }).catch(() => {})])
    drained.abort()
    for (const output of outputs) output.flush()
    for (const stream of [child.stdout, child.stderr, child.logPipe, child.runtimeSocket]) stream?.destroy()
    return exit
  }

  const end = waitForEnd()
  return {
    session,
    end,
    initEnd: Promise.race([session.initEnd, end.then(() => ({ kind: 'exit' }) as const)]),
    kill,
    ranOutOfMemory: ({ signal }) => signal === 'SIGKILL' && sandbox.outOfMemoryKills() > killsBefore,
  }
}
