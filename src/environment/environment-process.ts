import { readFrames } from './output-frames.ts'
import { readLines } from './output-lines.ts'
import type { ProcessExit, Sandbox, SandboxCommand, SandboxProcess } from './sandbox/sandbox.ts'
import { within } from './within.ts'

/** Output that a killed process left in its pipes is read for at most this long. */
const DRAIN_MS = 200

/** One process of an environment, the runtime's or an extension's, from its start to its end. */
export interface EnvironmentProcess extends Pick<SandboxProcess, 'runtimeSocket' | 'terminate' | 'kill'> {
  /** Resolves when the process has ended and its output has been read. Never rejects. */
  readonly end: Promise<ProcessExit>
  ranOutOfMemory(exit: ProcessExit): boolean
}

/** `emit` gets each record of its output; `onExit` is called before what is left of it is read. */
export async function startProcess(
  sandbox: Sandbox,
  command: SandboxCommand,
  emit: (record: string) => void,
  onExit: () => void,
): Promise<EnvironmentProcess> {
  const killsBefore = sandbox.outOfMemoryKills()
  const child = await sandbox.start(command)
  const { runtimeSocket, terminate, kill } = child
  const outputs = [readLines(child.stdout, emit), readLines(child.stderr, emit)]
  if (child.logPipe !== undefined) readFrames(child.logPipe, emit)

  async function waitForEnd(): Promise<ProcessExit> {
    const exit = await child.exit
    // Whatever it had started goes with it, and then the pipes close.
    kill()
    onExit()
    await within(child.closed, DRAIN_MS)
    for (const output of outputs) output.flush()
    for (const stream of [child.stdout, child.stderr, child.logPipe, runtimeSocket]) stream?.destroy()
    return exit
  }

  return {
    runtimeSocket,
    terminate,
    kill,
    end: waitForEnd(),
    ranOutOfMemory: ({ signal }) => signal === 'SIGKILL' && sandbox.outOfMemoryKills() > killsBefore,
  }
}
