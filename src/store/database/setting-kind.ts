import type { FunctionSetting } from '#resources'
import { decodeCursor, pageOf } from '../cursor.ts'
import type { SettingStore, SettingWrite } from '../setting-store.ts'
import type { Database, FunctionSettingRow, Statement } from './database.ts'
import { qualifierExists } from './qualifier-exists.ts'
import { required, unmetIn } from './requirements.ts'
import type { SettingMemory } from './setting-memory.ts'

export type SettingKind =
  | 'event-invoke-config'
  | 'function-url'
  | 'provisioned-concurrency'
  | 'recursion'
  | 'runtime-management'

/** The settings of one kind: written to the table that all kinds share, read from memory. */
export function createSettingStore<Setting extends FunctionSetting>(
  { queries, commit }: Pick<Database, 'queries' | 'commit'>,
  kind: SettingKind,
  memory: SettingMemory<Setting>,
): SettingStore<Setting> {
  const insert = (setting: Setting) => queries.insertInto('function_settings').values(settingRow(kind, setting))

  return {
    get: (account, functionName, qualifier) => memory.get(account, functionName, qualifier),

    async put(setting) {
      const { record } = settingRow(kind, setting)
      const statement = insert(setting).onConflict((conflict) =>
        conflict.columns(['account', 'function_name', 'kind', 'qualifier']).doUpdateSet({ record }),
      )
      return (await write(setting, required(statement))) === 'written' ? 'written' : 'no-qualifier'
    },

    create: (setting) => write(setting, required(insert(setting).onConflict((conflict) => conflict.doNothing()))),

    update(setting, expected) {
      const statement = queries
        .updateTable('function_settings')
        .set({ record: JSON.stringify(setting) })
        .where('account', '=', setting.account)
        .where('function_name', '=', setting.functionName)
        .where('kind', '=', kind)
        .where('qualifier', '=', setting.qualifier)
        .where('record', '=', JSON.stringify(expected))
      return write(setting, required(statement))
    },

    async delete(account, functionName, qualifier) {
      const statement = queries
        .deleteFrom('function_settings')
        .where('account', '=', account)
        .where('function_name', '=', functionName)
        .where('kind', '=', kind)
        .where('qualifier', '=', qualifier)
      const [removed] = await commit([statement.compile()])
      memory.delete(account, functionName, qualifier)
      return removed !== undefined && removed.changes > 0
    },

    list(account, functionName, { limit, after }) {
      const from = after === undefined ? '' : decodeCursor(after, [''] as readonly [string])[0]
      const following = memory
        .of(account, functionName)
        .filter(({ qualifier }) => qualifier > from)
        .sort((a, b) => (a.qualifier < b.qualifier ? -1 : 1))
      return pageOf(following, limit, ({ qualifier }) => [qualifier])
    },
  }

  /** Writes the setting if what it hangs on exists. */
  async function write(setting: Setting, statement: Statement): Promise<SettingWrite> {
    try {
      await commit([qualifierExists(queries, setting), statement])
    } catch (error) {
      return unmetIn(error) === 0 ? 'no-qualifier' : 'in-the-way'
    }
    memory.set(setting)
    return 'written'
  }
}

export function settingRow(kind: SettingKind, setting: FunctionSetting, executions = 0): FunctionSettingRow {
  return {
    account: setting.account,
    function_name: setting.functionName,
    kind,
    qualifier: setting.qualifier,
    executions,
    record: JSON.stringify(setting),
  }
}
