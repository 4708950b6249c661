import type { AliasStore } from './alias-store.ts'
import type { CodeStore } from './code-store.ts'
import type { ConcurrencyStore } from './concurrency-store.ts'
import type { EventStore } from './event-store.ts'
import type { FunctionStore } from './function-store.ts'
import type { IdentityStore } from './identity-store.ts'
import type { LogStore } from './log-store.ts'
import type { Secrets } from './secrets/secrets.ts'

/**
 * Everything that outlives the process. A promise that resolves after a change means that the change is on disk,
 * except where a method says otherwise.
 */
export interface Store {
  readonly functions: FunctionStore
  readonly aliases: AliasStore
  readonly concurrency: ConcurrencyStore
  readonly events: EventStore
  readonly identities: IdentityStore
  readonly code: CodeStore
  readonly logs: LogStore
  /** With the keys of this data directory. */
  readonly secrets: Secrets
  /** Writes what is still in memory and lets go of the data directory. */
  close(): Promise<void>
}
