import type { Caller, CompiledPolicy, ConditionKeys, Decision, Sessions } from '#auth'
import type { Clock, Log } from '#base'
import type { Invocations } from '#invocation'
import type { OperationName, Operations } from '#model'
import type { FunctionAddress, Place } from '#resources'
import type { Store } from '#store'
import type { ObjectSource } from './object-source.ts'
import type { Targets } from './targets.ts'

/** What operations work with: one value for the life of the server. */
export interface Services {
  readonly store: Store
  readonly invocations: Invocations
  readonly objects: ObjectSource
  readonly targets: Targets
  readonly place: Place
  /** False with `--auth none`: roles need not exist, and everybody is root. */
  readonly isEnforced: boolean
  /** Whether functions may be container images: it takes namespaces. */
  readonly runsImages: boolean
  /** Directories of the host by the access point ARN that they stand for. */
  readonly fileSystems: ReadonlyMap<string, string>
  /** Makes temporary keys. */
  readonly sessions: Pick<Sessions, 'issue'>
  /** What the code of an account may take. */
  readonly codeLimitBytes: number
  readonly clock: Clock
  readonly log: Log
  /** A link that downloads a code package for ten minutes. */
  codeLocation(baseUrl: string, sha256: string): string
}

/** One request's own values. */
export interface RequestContext extends Services {
  readonly caller: Caller
  readonly requestId: string
  /** Where the client reached the server, such as `http://localhost:4566`. */
  readonly baseUrl: string
  /** The function that the request names; operations without one never look. */
  readonly address: FunctionAddress
  readonly traceHeader: string
  /** Throws AccessDeniedException unless the caller may also do this; `keys` are condition keys of the action. */
  authorize(action: string, resource: string, keys?: ConditionKeys): void
  /** The answer to the same question, of the caller's policies and those of a resource. */
  decide(action: string, resource: string, keys: ConditionKeys, resourcePolicy: CompiledPolicy): Decision
}

export type Handler<Name extends OperationName> = (
  input: Operations[Name]['input'],
  context: RequestContext,
) => Operations[Name]['output'] | Promise<Operations[Name]['output']>
