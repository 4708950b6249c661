import type { AccessKey } from '#resources'
import { WrongSecretKey } from '../errors.ts'
import type { AccessKeyStore } from '../identity-store.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { Database } from './database.ts'

/** All access keys, in memory; on disk first, and there with a sealed secret. */
export async function openAccessKeys({ queries, commit }: Database, secrets: Secrets): Promise<AccessKeyStore> {
  const keys = new Map<string, AccessKey>()
  for (const { record } of await queries.selectFrom('access_keys').select('record').execute())
    remember(openAccessKey(secrets, record))

  function remember(key: AccessKey): void {
    keys.set(key.id, key)
  }

  const keyOf = (userId: string, id: string): AccessKey | undefined => {
    const key = keys.get(id)
    return key?.userId === userId ? key : undefined
  }

  return {
    peek: (id) => keys.get(id),

    list: (userId) =>
      [...keys.values()]
        .filter((key) => key.userId === userId)
        .sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1)),

    async create(key, maximum) {
      const user = queries.selectFrom('principals').where('id', '=', key.userId)
      const owned = queries.selectFrom('access_keys').where('owner_id', '=', key.userId)
      const insert = queries
        .insertInto('access_keys')
        .columns(['id', 'owner_id', 'record'])
        .expression(
          user
            .where((eb) => eb(owned.select(eb.fn.countAll().as('count')), '<', maximum))
            .select(({ val }) => [
              val(key.id).as('id'),
              'principals.id as owner_id',
              val(sealAccessKey(secrets, key)).as('record'),
            ]),
        )
      const [found, inserted] = await commit([user.select('id').compile(), insert.compile()])
      if (!found?.rows.length) return 'not-found'
      if (!inserted?.changes) return 'limit-exceeded'
      remember(key)
      return 'created'
    },

    async update(userId, id, status) {
      const key = keyOf(userId, id)
      if (!key) return false
      const changed = { ...key, status }
      const update = queries
        .updateTable('access_keys')
        .set({ record: sealAccessKey(secrets, changed) })
        .where('id', '=', id)
      const [updated] = await commit([update.compile()])
      if (!updated?.changes) return false
      remember(changed)
      return true
    },

    async delete(userId, id) {
      if (!keyOf(userId, id)) return false
      const [removed] = await commit([
        queries.deleteFrom('access_keys').where('id', '=', id).compile(),
        queries.deleteFrom('last_uses').where('id', '=', id).compile(),
      ])
      if (!removed?.changes) return false
      keys.delete(id)
      return true
    },
  }
}

export const sealAccessKey = (secrets: Secrets, { secret, ...key }: AccessKey): string =>
  JSON.stringify({ ...key, sealedSecret: secrets.seal('access-key', Buffer.from(secret)) })

/** Keys of older databases have a secret that is not sealed. */
export function openAccessKey(secrets: Secrets, record: string): AccessKey {
  const { sealedSecret, ...key }: AccessKey & { readonly sealedSecret?: string } = JSON.parse(record)
  if (sealedSecret === undefined) return key
  const secret = secrets.open('access-key', sealedSecret)
  if (!secret) throw new WrongSecretKey(`The secret of access key ${key.id}`)
  return { ...key, secret: secret.toString() }
}
