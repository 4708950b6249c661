import type { AccessKey } from '#resources'
import type { Database } from './database.ts'
import { nameKey } from './principals.ts'

/** All access keys, in memory; on disk first. */
export async function openAccessKeys({ queries, commit }: Database) {
  const keys = new Map<string, AccessKey>()
  for (const { record } of await queries.selectFrom('access_keys').select('record').execute())
    remember(JSON.parse(record))

  function remember(key: AccessKey): void {
    keys.set(key.id, key)
  }

  const keyOf = (account: string, userName: string, id: string): AccessKey | undefined => {
    const key = keys.get(id)
    return key?.account === account && nameKey(key.userName) === nameKey(userName) ? key : undefined
  }

  return {
    peek: (id: string): AccessKey | undefined => keys.get(id),

    list: (account: string, userName: string): readonly AccessKey[] =>
      [...keys.values()]
        .filter(({ id }) => keyOf(account, userName, id))
        .sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1)),

    async create(key: AccessKey, maximum: number): Promise<'created' | 'not-found' | 'limit-exceeded'> {
      const owner = { account: key.account, kind: 'user', key: nameKey(key.userName) }
      const user = queries
        .selectFrom('principals')
        .where('account', '=', owner.account)
        .where('kind', '=', owner.kind)
        .where('name_key', '=', owner.key)
      const { count } = queries.fn
      const owned = queries
        .selectFrom('access_keys')
        .where('account', '=', owner.account)
        .where('owner_kind', '=', owner.kind)
        .where('owner_key', '=', owner.key)
      const insert = queries
        .insertInto('access_keys')
        .columns(['id', 'account', 'owner_kind', 'owner_key', 'record'])
        .expression(
          user
            .where((eb) => eb(owned.select(count('id').as('count')), '<', maximum))
            .select(({ val }) => [
              val(key.id).as('id'),
              'account',
              'kind',
              'name_key',
              val(JSON.stringify(key)).as('record'),
            ]),
        )
      const [found, inserted] = await commit([user.select('name_key').compile(), insert.compile()])
      if (!found?.rows.length) return 'not-found'
      if (!inserted?.changes) return 'limit-exceeded'
      remember(key)
      return 'created'
    },

    async update(account: string, userName: string, id: string, change: Pick<AccessKey, 'status'>): Promise<boolean> {
      const key = keyOf(account, userName, id)
      if (!key) return false
      const changed = { ...key, ...change }
      const update = queries
        .updateTable('access_keys')
        .set({ record: JSON.stringify(changed) })
        .where('id', '=', id)
      const [updated] = await commit([update.compile()])
      if (!updated?.changes) return false
      remember(changed)
      return true
    },

    async delete(account: string, userName: string, id: string): Promise<boolean> {
      if (!keyOf(account, userName, id)) return false
      const [removed] = await commit([queries.deleteFrom('access_keys').where('id', '=', id).compile()])
      if (!removed?.changes) return false
      keys.delete(id)
      return true
    },
  }
}
