import { join } from 'node:path'
import type { Clock, Log } from '#base'
import { openCodeStore } from './code/open-code-store.ts'
import { createAliasStore } from './database/aliases.ts'
import { openCapacityProviders } from './database/capacity-providers.ts'
import { createCodeSigningStore } from './database/code-signing.ts'
import { openConcurrencyStore } from './database/concurrency.ts'
import { createEventMoves } from './database/event-moves.ts'
import { openEventStore } from './database/events.ts'
import { openFailedEvents } from './database/failed-events.ts'
import { openFunctionSettings } from './database/function-settings.ts'
import { createFunctionStore } from './database/functions.ts'
import { openIdentityStore } from './database/identities.ts'
import { openLayerStore } from './database/layers.ts'
import { openOutbox } from './database/outbox.ts'
import { defaultImageOptions, type ImageOptions } from './images/image-options.ts'
import { openImageStore } from './images/open-image-store.ts'
import { lockDataDirectory } from './lock-data-directory.ts'
import { defaultLogLimits, type LogLimits } from './logs/log-limits.ts'
import { openLogsOfAccounts } from './logs/logs-of-accounts.ts'
import { openLogStore } from './logs/open-log-store.ts'
import { openKeyFile } from './secrets/key-file.ts'
import { createSecrets } from './secrets/secrets.ts'
import { openSqlite } from './sqlite/open-sqlite.ts'
import type { Store } from './store.ts'

export interface StoreOptions {
  readonly dataDirectory: string
  readonly clock: Clock
  readonly log: Log
  readonly logLimits?: Partial<LogLimits>
  /** What the code of all functions and layers of an account may take; without it there is no limit. */
  readonly codeLimitBytes?: number
  /** Where container images come from, and how large they may be. */
  readonly images?: Partial<ImageOptions>
  /** Accounts whose logs are kept apart from those of the server's own. */
  readonly furtherAccounts?: readonly string[]
}

/**
 * Opens the embedded store, creating the directory if need be. Throws DataDirectoryInUse when another server has it,
 * DatabaseTooNew when a newer program wrote it.
 */
export async function openStore({
  dataDirectory,
  clock,
  log,
  logLimits,
  codeLimitBytes = Number.MAX_SAFE_INTEGER,
  images: imageOptions,
  furtherAccounts = [],
}: StoreOptions): Promise<Store> {
  // Closed in reverse order, also when a later part does not open.
  await using parts = new AsyncDisposableStack()
  const lock = await lockDataDirectory(dataDirectory)
  parts.defer(() => lock.release())
  const secrets = createSecrets(await openKeyFile(dataDirectory))
  const database = parts.adopt(await openSqlite(dataDirectory, clock.now()), (opened) => opened.close())
  const events = parts.adopt(await openEventStore(database, clock, log), (opened) => opened.close())
  const outbox = parts.adopt(await openOutbox(database, clock, log), (opened) => opened.close())
  const failed = parts.adopt(await openFailedEvents(database, log), (opened) => opened.close())
  const code = parts.adopt(await openCodeStore(join(dataDirectory, 'code'), clock), (opened) => opened.close())
  const images = parts.adopt(
    await openImageStore(join(dataDirectory, 'images'), { ...defaultImageOptions, ...imageOptions }, clock, log),
    (opened) => opened.close(),
  )
  const limits = { ...defaultLogLimits, ...logLimits }
  const logs = parts.adopt(await openLogStore(join(dataDirectory, 'logs'), clock, log, limits), (opened) =>
    opened.close(),
  )
  const further = parts.adopt(
    await openLogsOfAccounts(join(dataDirectory, 'accounts'), furtherAccounts, clock, log, limits),
    (opened) => opened.close(),
  )
  const identities = await openIdentityStore(database, secrets)
  parts.defer(() => identities.lastUses.flush())
  const settings = await openFunctionSettings(database)
  const aliases = createAliasStore(database, [settings])
  const concurrency = await openConcurrencyStore(database, settings.provisionedConcurrency)
  const codeSigning = createCodeSigningStore(database)
  const capacityProviders = await openCapacityProviders(database)
  const layers = await openLayerStore(database, codeLimitBytes)
  const functions = createFunctionStore(
    database,
    { secrets, codeLimitBytes },
    [aliases, concurrency, settings, codeSigning, events, failed],
    [settings],
  )
  const opened = parts.move()
  return {
    functions,
    aliases,
    concurrency,
    layers,
    codeSigning,
    capacityProviders,
    eventInvokeConfigs: settings.eventInvokeConfigs,
    functionUrls: settings.functionUrls,
    runtimeManagement: settings.runtimeManagement,
    recursion: settings.recursion,
    events,
    outbox,
    failedEvents: failed,
    eventMoves: createEventMoves(database, { events, outbox, failed }, clock),
    identities,
    code,
    images,
    logs,
    logsOf: (account) => further.of(account) ?? logs,
    secrets,
    close: () => opened.disposeAsync(),
  }
}
