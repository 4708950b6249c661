import type { CodeSigningConfig } from '#resources'
import type { CodeSigningStore } from '../code-signing-store.ts'
import { decodeCursor, pageOf } from '../cursor.ts'
import type { Belongings, Database, Statement } from './database.ts'
import { required, unmetIn } from './requirements.ts'

/** Only deployments and their tools ask for these, so nothing is kept in memory. */
export function createCodeSigningStore({ queries, commit }: Database): CodeSigningStore & Belongings {
  const configs = (account: string) => queries.selectFrom('code_signing_configs').where('account', '=', account)

  const deletion = (account: string, functionName: string) =>
    queries
      .deleteFrom('function_code_signing')
      .where('account', '=', account)
      .where('function_name', '=', functionName)
      .compile()

  return {
    async find(account, id) {
      const row = await configs(account).where('id', '=', id).select('record').executeTakeFirst()
      return row && parse(row)
    },

    async create(config) {
      await commit([queries.insertInto('code_signing_configs').values(rowOf(config)).compile()])
    },

    async update(config, expectedRevisionId) {
      const { account, id, ...columns } = rowOf(config)
      const update = queries
        .updateTable('code_signing_configs')
        .set(columns)
        .where('account', '=', account)
        .where('id', '=', id)
        .where('revision_id', '=', expectedRevisionId)
      const [updated] = await commit([update.compile()])
      return updated?.changes === 1
    },

    async delete(account, id) {
      const uses = queries
        .selectFrom('function_code_signing')
        .where('account', '=', account)
        .where('config_id', '=', id)
        .select('function_name')
        .limit(1)
      const remove = queries
        .deleteFrom('code_signing_configs')
        .where('account', '=', account)
        .where('id', '=', id)
        .where((eb) => eb.not(eb.exists(uses)))
      const [used, removed] = await commit([uses.compile(), remove.compile()])
      if (removed?.changes) return 'deleted'
      return used?.rows.length ? 'in-use' : 'missing'
    },

    async list(account, { limit, after }) {
      let query = configs(account)
        .select('record')
        .orderBy('id')
        .limit(limit + 1)
      if (after !== undefined) query = query.where('id', '>', decodeCursor(after, [''] as readonly [string])[0])
      return pageOf((await query.execute()).map(parse), limit, ({ id }) => [id])
    },

    async findFor(account, functionName) {
      const row = await queries
        .selectFrom('function_code_signing as used')
        .innerJoin('code_signing_configs as config', (join) =>
          join.onRef('config.account', '=', 'used.account').onRef('config.id', '=', 'used.config_id'),
        )
        .where('used.account', '=', account)
        .where('used.function_name', '=', functionName)
        .select('config.record')
        .executeTakeFirst()
      return row && parse(row)
    },

    async assign(account, functionName, id) {
      const functionExists = queries
        .selectFrom('function_versions')
        .where('account', '=', account)
        .where('function_name', '=', functionName)
        .where('version_number', '=', 0)
        .select('version_number')
      try {
        await commit([required(functionExists), ...assignment({ queries }, account, functionName, id)])
      } catch (error) {
        return unmetIn(error) === 0 ? 'no-function' : 'no-config'
      }
      return 'assigned'
    },

    async release(account, functionName) {
      await commit([deletion(account, functionName)])
    },

    async listFunctions(account, id, { limit, after }) {
      let query = queries
        .selectFrom('function_code_signing')
        .where('account', '=', account)
        .where('config_id', '=', id)
        .select('function_name')
        .orderBy('function_name')
        .limit(limit + 1)
      if (after !== undefined)
        query = query.where('function_name', '>', decodeCursor(after, [''] as readonly [string])[0])
      const names = (await query.execute()).map((row) => row.function_name)
      return pageOf(names, limit, (name) => [name])
    },

    deletion,
    deleted: () => {},
  }
}

/** Lets a function use a configuration, which must exist. */
export function assignment(
  { queries }: Pick<Database, 'queries'>,
  account: string,
  functionName: string,
  id: string,
): readonly Statement[] {
  const exists = queries
    .selectFrom('code_signing_configs')
    .where('account', '=', account)
    .where('id', '=', id)
    .select('id')
  const insert = queries
    .insertInto('function_code_signing')
    .values({ account, function_name: functionName, config_id: id })
    .onConflict((conflict) => conflict.columns(['account', 'function_name']).doUpdateSet({ config_id: id }))
  return [required(exists), insert.compile()]
}

const rowOf = (config: CodeSigningConfig) => ({
  account: config.account,
  id: config.id,
  revision_id: config.revisionId,
  record: JSON.stringify(config),
})

const parse = ({ record }: { readonly record: string }): CodeSigningConfig => JSON.parse(record)
