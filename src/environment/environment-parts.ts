import type { EagerPolling, Log } from '#base'
import type { EnvironmentLog } from './environment-log.ts'
import type { EnvironmentSpec } from './environment-spec.ts'
import type { ExternalExtension } from './extensions/external-extensions.ts'
import type { IdleFreezer } from './idle-freezer.ts'
import type { ProcessesParts } from './processes.ts'
import type { Session } from './runtime-api/session.ts'
import type { Sandbox, SandboxCommand } from './sandbox/sandbox.ts'

/** What a host gives an environment to live on. */
export interface EnvironmentParts {
  readonly id: string
  readonly spec: EnvironmentSpec
  readonly sandbox: Sandbox
  readonly command: SandboxCommand
  readonly externals: readonly ExternalExtension[]
  readonly extensionVariables: Readonly<Record<string, string>>
  readonly freezer: IdleFreezer
  readonly polling: EagerPolling
  readonly hostLog: Log
  /** Lines for the head of the log stream. */
  readonly notices: readonly string[]
  /** Makes the Runtime API by TCP lead to this session. */
  readonly assignSession: (session: Session) => void
  /** Called once, when the environment has gone. */
  readonly release: () => void
}

/** What its processes get of it, at each Init anew. */
export function processesParts(parts: EnvironmentParts, log: EnvironmentLog) {
  const { spec, sandbox, command, externals, extensionVariables, assignSession } = parts
  const { functionName, functionVersion, handler, account } = spec
  return {
    sandbox,
    command,
    externals,
    extensionVariables,
    assignSession,
    details: { functionName, functionVersion, handler, accountId: account },
    subscribe: (name, api, body) => log.subscribe(name, api, body),
    emit: (source, record) => log.output(source, record),
    flush: () => log.flush(),
  } satisfies Partial<ProcessesParts<Session>>
}

/** The last of an environment's end: what it lived on is given back. */
export async function giveBack({ id, sandbox, hostLog, release }: EnvironmentParts): Promise<void> {
  // What could not be removed is left to the next start of a server; the environment is gone all the same.
  await sandbox.remove().catch((cause) => hostLog.warn('an environment left something behind', { id, cause }))
  release()
}
