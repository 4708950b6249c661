import { sql } from 'kysely'
import type { CapacityProvider } from '#resources'
import type { CapacityProviderStore } from '../capacity-provider-store.ts'
import { decodeCursor, pageOf } from '../cursor.ts'
import type { Database } from './database.ts'
import { required, requireThat, unmetIn } from './requirements.ts'

export async function openCapacityProviders({ queries, commit }: Database): Promise<CapacityProviderStore> {
  const accounts = new Map<string, Map<string, CapacityProvider>>()
  const rows = await queries.selectFrom('capacity_providers').select('record').execute()
  for (const { record } of rows) remember(JSON.parse(record))

  return {
    get: (account, name) => accounts.get(account)?.get(name),

    async create(provider, maximum) {
      const insert = queries.insertInto('capacity_providers').values(rowOf(provider))
      const { account } = provider
      const count = sql`(SELECT count(*) FROM capacity_providers WHERE account = ${account})`
      try {
        await commit([
          required(insert.onConflict((conflict) => conflict.doNothing())),
          requireThat(queries, sql`${count} <= ${maximum}`),
        ])
      } catch (error) {
        return unmetIn(error) === 0 ? 'exists' : 'too-many'
      }
      remember(provider)
      return 'created'
    },

    async update(provider, expectedRevisionId) {
      const { account, name, ...columns } = rowOf(provider)
      const update = queries
        .updateTable('capacity_providers')
        .set(columns)
        .where('account', '=', account)
        .where('name', '=', name)
        .where('revision_id', '=', expectedRevisionId)
      const [updated] = await commit([update.compile()])
      if (updated?.changes !== 1) return false
      remember(provider)
      return true
    },

    async delete(account, name) {
      const uses = queries
        .selectFrom('function_versions')
        .where('account', '=', account)
        .where('capacity_provider', '=', name)
        .select('function_name')
        .limit(1)
      const remove = queries
        .deleteFrom('capacity_providers')
        .where('account', '=', account)
        .where('name', '=', name)
        .where((eb) => eb.not(eb.exists(uses)))
      const [used, removed] = await commit([uses.compile(), remove.compile()])
      if (!removed?.changes) return used?.rows.length ? 'in-use' : 'missing'
      accounts.get(account)?.delete(name)
      return 'deleted'
    },

    list(account, { limit, after }) {
      const from = after === undefined ? '' : decodeCursor(after, [''] as readonly [string])[0]
      const following = [...(accounts.get(account)?.values() ?? [])]
        .filter(({ name }) => name > from)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
      return pageOf(following, limit, ({ name }) => [name])
    },
  }

  function remember(provider: CapacityProvider): void {
    const providers = accounts.get(provider.account) ?? new Map<string, CapacityProvider>()
    accounts.set(provider.account, providers.set(provider.name, provider))
  }
}

const rowOf = (provider: CapacityProvider) => ({
  account: provider.account,
  name: provider.name,
  revision_id: provider.revisionId,
  record: JSON.stringify(provider),
})
