import type {
  EventInvokeConfig,
  FunctionSetting,
  FunctionUrl,
  ProvisionedConcurrency,
  Recursion,
  RuntimeManagement,
} from '#resources'
import type { FunctionUrlStore } from '../function-url-store.ts'
import type { SettingStore } from '../setting-store.ts'
import type { Belongings, Database, QualifierBelongings } from './database.ts'
import { createSettingStore, type SettingKind } from './setting-kind.ts'
import { SettingMemory } from './setting-memory.ts'
import { numberOf } from './version-number.ts'

/** Settings of all kinds share a table, so that one statement deletes them with their function, version or alias. */
export interface FunctionSettings extends Belongings, QualifierBelongings {
  readonly eventInvokeConfigs: SettingStore<EventInvokeConfig>
  readonly functionUrls: FunctionUrlStore
  /** Its writes are the concurrency store's, which keeps to the sums. */
  readonly provisionedConcurrency: SettingMemory<ProvisionedConcurrency>
  readonly runtimeManagement: SettingStore<RuntimeManagement>
  readonly recursion: SettingStore<Recursion>
}

export async function openFunctionSettings(database: Database): Promise<FunctionSettings> {
  const { queries } = database
  const events = await loadSettings<EventInvokeConfig>(database, 'event-invoke-config')
  const urls = await loadSettings<FunctionUrl>(database, 'function-url', ({ urlId }) => urlId)
  const provisionedConcurrency = await loadSettings<ProvisionedConcurrency>(database, 'provisioned-concurrency')
  const runtimes = await loadSettings<RuntimeManagement>(database, 'runtime-management')
  const recursions = await loadSettings<Recursion>(database, 'recursion')
  const memories = [events, urls, provisionedConcurrency, runtimes, recursions]

  const urlsOfAliases = new Set<string>()

  const ofFunction = (account: string, functionName: string) =>
    queries.deleteFrom('function_settings').where('account', '=', account).where('function_name', '=', functionName)

  return {
    eventInvokeConfigs: createSettingStore(database, 'event-invoke-config', events),
    functionUrls: {
      ...createSettingStore(database, 'function-url', urls),
      withId: (urlId) => urls.withId(urlId),
      wasOfAlias: (urlId) => urlsOfAliases.has(urlId),
    },
    provisionedConcurrency,
    runtimeManagement: createSettingStore(database, 'runtime-management', runtimes),
    recursion: createSettingStore(database, 'recursion', recursions),

    deletion: (account, functionName) => ofFunction(account, functionName).compile(),

    deleted(account, functionName) {
      for (const memory of memories) memory.deleteFunction(account, functionName)
    },

    deletionAt(account, functionName, qualifier) {
      const statement = ofFunction(account, functionName).where('qualifier', '=', qualifier)
      const number = numberOf(qualifier)
      if (number === undefined) return statement.compile()
      // A version that aliases point to was not deleted, and keeps its settings.
      const kept = queries
        .selectFrom('function_versions')
        .where('account', '=', account)
        .where('function_name', '=', functionName)
        .where('version_number', '=', number)
        .select('version_number')
      return statement.where((eb) => eb.not(eb.exists(kept))).compile()
    },

    deletedAt(account, functionName, qualifier) {
      const url = urls.get(account, functionName, qualifier)
      if (url && urlsOfAliases.size < MAXIMUM_REMEMBERED) urlsOfAliases.add(url.urlId)
      for (const memory of memories) memory.delete(account, functionName, qualifier)
    },
  }
}

// Only an answer to those who call a URL that is gone depends on it.
const MAXIMUM_REMEMBERED = 10_000

async function loadSettings<Setting extends FunctionSetting>(
  { queries }: Database,
  kind: SettingKind,
  idOf?: (setting: Setting) => string,
): Promise<SettingMemory<Setting>> {
  const memory = new SettingMemory<Setting>(idOf)
  const rows = await queries.selectFrom('function_settings').where('kind', '=', kind).select('record').execute()
  for (const { record } of rows) memory.set(JSON.parse(record))
  return memory
}
