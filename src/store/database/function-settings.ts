import type { EventInvokeConfig, FunctionSetting } from '#resources'
import type { SettingStore } from '../setting-store.ts'
import type { Belongings, Database, QualifierBelongings } from './database.ts'
import { createSettingStore, type SettingKind } from './setting-kind.ts'
import { SettingMemory } from './setting-memory.ts'
import { numberOf } from './version-number.ts'

/** Settings of all kinds share a table, so that one statement deletes them with their function, version or alias. */
export interface FunctionSettings extends Belongings, QualifierBelongings {
  readonly eventInvokeConfigs: SettingStore<EventInvokeConfig>
}

export async function openFunctionSettings(database: Database): Promise<FunctionSettings> {
  const { queries } = database
  const memories = {
    'event-invoke-config': new SettingMemory<EventInvokeConfig>(),
  }
  const kinds = Object.entries(memories) as [SettingKind, SettingMemory<FunctionSetting>][]
  for (const [kind, memory] of kinds) {
    const rows = await queries.selectFrom('function_settings').where('kind', '=', kind).select('record').execute()
    for (const { record } of rows) memory.set(JSON.parse(record))
  }

  const ofFunction = (account: string, functionName: string) =>
    queries.deleteFrom('function_settings').where('account', '=', account).where('function_name', '=', functionName)

  return {
    eventInvokeConfigs: createSettingStore(database, 'event-invoke-config', memories['event-invoke-config']),

    deletion: (account, functionName) => ofFunction(account, functionName).compile(),

    deleted(account, functionName) {
      for (const [, memory] of kinds) memory.deleteFunction(account, functionName)
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
      for (const [, memory] of kinds) memory.delete(account, functionName, qualifier)
    },
  }
}
