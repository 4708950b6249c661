import type { EventInvokeConfig, Recursion, RuntimeManagement } from '#resources'
import type { AliasStore } from './alias-store.ts'
import type { CapacityProviderStore } from './capacity-provider-store.ts'
import type { CodeSigningStore } from './code-signing-store.ts'
import type { CodeStore } from './code-store.ts'
import type { ConcurrencyStore } from './concurrency-store.ts'
import type { EventMoves } from './event-moves.ts'
import type { EventStore } from './event-store.ts'
import type { FailedEventStore } from './failed-event-store.ts'
import type { FunctionStore } from './function-store.ts'
import type { FunctionUrlStore } from './function-url-store.ts'
import type { IdentityStore } from './identity-store.ts'
import type { ImageStore } from './image-store.ts'
import type { LayerStore } from './layer-store.ts'
import type { LogStore } from './log-store.ts'
import type { OutboxStore } from './outbox-store.ts'
import type { Secrets } from './secrets/secrets.ts'
import type { SettingStore } from './setting-store.ts'

/**
 * Everything that outlives the process. A promise that resolves after a change means that the change is on disk,
 * except where a method says otherwise.
 */
export interface Store {
  readonly functions: FunctionStore
  readonly aliases: AliasStore
  readonly concurrency: ConcurrencyStore
  readonly layers: LayerStore
  readonly eventInvokeConfigs: SettingStore<EventInvokeConfig>
  readonly functionUrls: FunctionUrlStore
  readonly runtimeManagement: SettingStore<RuntimeManagement>
  /** Of functions as a whole: under `$LATEST`. */
  readonly recursion: SettingStore<Recursion>
  readonly codeSigning: CodeSigningStore
  readonly capacityProviders: CapacityProviderStore
  readonly events: EventStore
  readonly outbox: OutboxStore
  readonly failedEvents: FailedEventStore
  readonly eventMoves: EventMoves
  readonly identities: IdentityStore
  readonly code: CodeStore
  readonly images: ImageStore
  readonly logs: LogStore
  /** Of one account: `logs`, unless the account's are kept apart. */
  logsOf(account: string): LogStore
  /** With the keys of this data directory. */
  readonly secrets: Secrets
  /** Writes what is still in memory and lets go of the data directory. */
  close(): Promise<void>
}
