import type { ProvisionedConcurrency } from '#resources'
import type { ConcurrencyStore, ProvisionOutcome } from '../concurrency-store.ts'
import {
  coversProvisioned,
  fitsReservation,
  functionExists,
  isNotProvisionedOtherwise,
  leavesRoomToProvision,
  leavesRoomToReserve,
} from './concurrency-sums.ts'
import type { Belongings, Database } from './database.ts'
import { qualifierExists } from './qualifier-exists.ts'
import { unmetIn } from './requirements.ts'
import { createSettingStore, settingRow } from './setting-kind.ts'
import type { SettingMemory } from './setting-memory.ts'

const KIND = 'provisioned-concurrency'

/** Reservations and what is provisioned, on disk and in memory: an account has few, because their sum is limited. */
export async function openConcurrencyStore(
  database: Database,
  provisioned: SettingMemory<ProvisionedConcurrency>,
): Promise<ConcurrencyStore & Belongings> {
  const { queries, commit } = database
  const accounts = new Map<string, Map<string, number>>()
  /** Worked out again after a change: every invocation asks. */
  const totals = new Map<string, number>()
  let totalsAreOf = provisioned.changes
  for (const row of await queries.selectFrom('reserved_concurrency').selectAll().execute())
    remember(row.account, row.function_name, row.executions)

  const deletion = (account: string, functionName: string) =>
    queries
      .deleteFrom('reserved_concurrency')
      .where('account', '=', account)
      .where('function_name', '=', functionName)
      .compile()

  return {
    reserved: (account, functionName) => accounts.get(account)?.get(functionName),

    provisioned: provisionedSum,

    totalReserved(account) {
      if (totalsAreOf !== provisioned.changes) totals.clear()
      totalsAreOf = provisioned.changes
      const known = totals.get(account)
      if (known !== undefined) return known
      const total = totalOf(account)
      totals.set(account, total)
      return total
    },

    async reserve(account, functionName, executions, maximumTotal) {
      const insert = queries
        .insertInto('reserved_concurrency')
        .values({ account, function_name: functionName, executions })
        .onConflict((conflict) => conflict.columns(['account', 'function_name']).doUpdateSet({ executions }))
      try {
        await commit([
          functionExists(queries, account, functionName),
          leavesRoomToReserve(queries, account, functionName, maximumTotal - executions),
          coversProvisioned(queries, account, functionName, executions),
          insert.compile(),
        ])
      } catch (error) {
        return (['no-function', 'too-much', 'less-than-provisioned'] as const)[unmetIn(error)] ?? 'no-function'
      }
      remember(account, functionName, executions)
      return 'reserved'
    },

    async release(account, functionName) {
      await commit([deletion(account, functionName)])
      forget(account, functionName)
    },

    configs: {
      ...createSettingStore(database, KIND, provisioned),
      all: () => provisioned.all(),
      of: (account, functionName) => provisioned.of(account, functionName),
    },

    async provision(config, maximumTotal) {
      const { executions } = config
      const { record } = settingRow(KIND, config)
      const insert = queries
        .insertInto('function_settings')
        .values(settingRow(KIND, config, executions))
        .onConflict((conflict) =>
          conflict.columns(['account', 'function_name', 'kind', 'qualifier']).doUpdateSet({ executions, record }),
        )
      try {
        await commit([
          qualifierExists(queries, config),
          isNotProvisionedOtherwise(queries, config),
          fitsReservation(queries, config, executions),
          leavesRoomToProvision(queries, config, maximumTotal - executions),
          insert.compile(),
        ])
      } catch (error) {
        return refusals[unmetIn(error)] ?? 'no-qualifier'
      }
      provisioned.set(config)
      return 'provisioned'
    },

    deletion,
    deleted: forget,
  }

  function provisionedSum(account: string, functionName: string): number {
    return provisioned.of(account, functionName).reduce((sum, { executions }) => sum + executions, 0)
  }

  function totalOf(account: string): number {
    const reserved = accounts.get(account) ?? new Map<string, number>()
    let total = 0
    for (const executions of reserved.values()) total += executions
    for (const config of provisioned.all())
      if (config.account === account && !reserved.has(config.functionName)) total += config.executions
    return total
  }

  function remember(account: string, functionName: string, executions: number): void {
    const reserved = accounts.get(account) ?? new Map<string, number>()
    accounts.set(account, reserved.set(functionName, executions))
    totals.delete(account)
  }

  function forget(account: string, functionName: string): void {
    accounts.get(account)?.delete(functionName)
    totals.delete(account)
  }
}

/** By the index of the statement that was not met. */
const refusals: readonly ProvisionOutcome[] = [
  'no-qualifier',
  'provisioned-otherwise',
  'more-than-reserved',
  'too-much',
]
