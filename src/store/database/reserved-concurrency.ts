import type { ConcurrencyStore } from '../concurrency-store.ts'
import type { Belongings, Database } from './database.ts'
import { required, unmetIn } from './requirements.ts'

/** Reservations, on disk and in memory: an account has few, because their sum is limited. */
export async function openConcurrencyStore({ queries, commit }: Database): Promise<ConcurrencyStore & Belongings> {
  const accounts = new Map<string, Account>()
  for (const row of await queries.selectFrom('reserved_concurrency').selectAll().execute())
    remember(row.account, row.function_name, row.executions)

  const deletion = (account: string, functionName: string) =>
    queries
      .deleteFrom('reserved_concurrency')
      .where('account', '=', account)
      .where('function_name', '=', functionName)
      .compile()

  return {
    reserved: (account, functionName) => accounts.get(account)?.reserved.get(functionName),

    totalReserved: (account) => accounts.get(account)?.total ?? 0,

    async reserve(account, functionName, executions, maximumTotal) {
      const others = queries
        .selectFrom('reserved_concurrency')
        .where('account', '=', account)
        .where('function_name', '!=', functionName)
      const insert = queries
        .insertInto('reserved_concurrency')
        .values({ account, function_name: functionName, executions })
        .onConflict((conflict) => conflict.columns(['account', 'function_name']).doUpdateSet({ executions }))
      try {
        await commit([
          required(
            queries
              .selectFrom('function_versions')
              .where('account', '=', account)
              .where('function_name', '=', functionName)
              .where('version_number', '=', 0)
              .select('version_number'),
          ),
          // One row if there is room, none if not; reservations that come at the same time are counted in turn.
          required(
            others
              .select((eb) => eb.fn.sum<number | null>('executions').as('sum'))
              .having((eb) => eb(eb.fn.coalesce(eb.fn.sum('executions'), eb.lit(0)), '<=', maximumTotal - executions)),
          ),
          insert.compile(),
        ])
      } catch (error) {
        return unmetIn(error) === 0 ? 'no-function' : 'too-much'
      }
      remember(account, functionName, executions)
      return 'reserved'
    },

    async release(account, functionName) {
      await commit([deletion(account, functionName)])
      forget(account, functionName)
    },

    deletion,
    deleted: forget,
  }

  function remember(account: string, functionName: string, executions: number): void {
    const { reserved } = accounts.get(account) ?? { reserved: new Map<string, number>() }
    reserved.set(functionName, executions)
    accounts.set(account, { reserved, total: sumOf(reserved) })
  }

  function forget(account: string, functionName: string): void {
    const reserved = accounts.get(account)?.reserved
    if (reserved?.delete(functionName)) accounts.set(account, { reserved, total: sumOf(reserved) })
  }
}

interface Account {
  readonly reserved: Map<string, number>
  readonly total: number
}

const sumOf = (reserved: ReadonlyMap<string, number>) =>
  reserved.values().reduce((sum, executions) => sum + executions, 0)
