import { join } from 'node:path'
import type { Clock, Log } from '#base'
import { openCodeStore } from './code/open-code-store.ts'
import { createAliasStore } from './database/aliases.ts'
import { openEventStore } from './database/events.ts'
import { createFunctionStore } from './database/functions.ts'
import { openIdentityStore } from './database/identities.ts'
import { openConcurrencyStore } from './database/reserved-concurrency.ts'
import { lockDataDirectory } from './lock-data-directory.ts'
import { defaultLogLimits, type LogLimits } from './logs/log-limits.ts'
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
}

/**
 * Opens the embedded store, creating the directory if need be. Throws DataDirectoryInUse when another server has it,
 * DatabaseTooNew when a newer program wrote it.
 */
export async function openStore({ dataDirectory, clock, log, logLimits }: StoreOptions): Promise<Store> {
  // Closed in reverse order, also when a later part does not open.
  await using parts = new AsyncDisposableStack()
  const lock = await lockDataDirectory(dataDirectory)
  parts.defer(() => lock.release())
  const secrets = createSecrets(await openKeyFile(dataDirectory))
  const database = parts.adopt(await openSqlite(dataDirectory, clock.now()), (opened) => opened.close())
  const events = parts.adopt(await openEventStore(database, clock, log), (opened) => opened.close())
  const code = parts.adopt(await openCodeStore(join(dataDirectory, 'code'), clock), (opened) => opened.close())
  const logs = parts.adopt(
    await openLogStore(join(dataDirectory, 'logs'), clock, log, { ...defaultLogLimits, ...logLimits }),
    (opened) => opened.close(),
  )
  const identities = await openIdentityStore(database, secrets)
  parts.defer(() => identities.lastUses.flush())
  const aliases = createAliasStore(database)
  const concurrency = await openConcurrencyStore(database)
  const functions = createFunctionStore(database, secrets, [aliases, concurrency, events])
  const opened = parts.move()
  return {
    functions,
    aliases,
    concurrency,
    events,
    identities,
    code,
    logs,
    secrets,
    close: () => opened.disposeAsync(),
  }
}
