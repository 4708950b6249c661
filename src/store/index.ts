export type { AliasStore, AliasWrite, ListAliasesOptions } from './alias-store.ts'
export type { CapacityProviderStore } from './capacity-provider-store.ts'
export type { CodeSigningStore } from './code-signing-store.ts'
export type { CodeStore } from './code-store.ts'
export type { ConcurrencyStore, ProvisionOutcome } from './concurrency-store.ts'
export {
  CapacityProviderFull,
  CodeStorageFull,
  DatabaseTooNew,
  DataDirectoryInUse,
  ImageFault,
  InvalidCursor,
  NoCapacityProvider,
  NotAZip,
  QueueFull,
  UnsafeZip,
  UnzippedTooLarge,
  WrongSecretKey,
} from './errors.ts'
export type { EventMoves } from './event-moves.ts'
export type { EventStore, Retry, StoredEvent } from './event-store.ts'
export type {
  FailedEventStore,
  ListedFailedEvent,
  ListFailedEventsOptions,
  StoredFailedEvent,
} from './failed-event-store.ts'
export type { AccountUsage, FunctionStore, ListFunctionsOptions } from './function-store.ts'
export type { FunctionUrlStore } from './function-url-store.ts'
export type {
  Dependent,
  Entity,
  Grant,
  Grants,
  IdentityStore,
  PageOptions,
  PathPageOptions,
  PrincipalStore,
} from './identity-store.ts'
export type { ImageStore, ResolvedImage, UnpackedImage } from './image-store.ts'
export type { ImageOptions } from './images/image-options.ts'
export type { LayerPolicy, LayerStore, ListLayersOptions } from './layer-store.ts'
export { lockDataDirectory } from './lock-data-directory.ts'
export type {
  FilterEventsOptions,
  FilteredEventsPage,
  ListStreamsOptions,
  LogEvent,
  LogEventsPage,
  LogGroup,
  LogStore,
  LogStream,
  LogStreamSink,
  ReadEventsOptions,
} from './log-store.ts'
export type { LogLimits } from './logs/log-limits.ts'
export { openStore, type StoreOptions } from './open-store.ts'
export type { OutboxLane, OutboxStore, StoredMessage } from './outbox-store.ts'
export { rotateSecretKey } from './secrets/rotate-secret-key.ts'
export type { SealPurpose, Secrets } from './secrets/secrets.ts'
export type { ListSettingsOptions, SettingStore, SettingWrite } from './setting-store.ts'
export type { Store } from './store.ts'
