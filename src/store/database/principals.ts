import type { Page } from '#resources'
import { decodeCursor, pageOf } from '../cursor.ts'
import type { OwnerKind, PageOptions } from '../identity-store.ts'
import type { Database } from './database.ts'

/** IAM does not tell names apart by case; names are ASCII. */
export const nameKey = (name: string): string => name.toLowerCase()

interface Principal {
  readonly account: string
  readonly name: string
  readonly path: string
}

/** Users or roles, which differ in nothing that matters here. */
export function createPrincipals<Record extends Principal>({ queries, commit }: Database, kind: OwnerKind) {
  const parse = ({ record }: { readonly record: string }): Record => JSON.parse(record)

  const find = async (account: string, name: string): Promise<Record | undefined> => {
    const row = await rowsOf(queries, kind, account, name).select('record').executeTakeFirst()
    return row && parse(row)
  }

  return {
    find,

    async create(record: Record): Promise<boolean> {
      const { account, name, path } = record
      const insert = queries
        .insertInto('principals')
        .values({ account, kind, name_key: nameKey(name), path, record: JSON.stringify(record) })
        .onConflict((conflict) => conflict.doNothing())
      const [inserted] = await commit([insert.compile()])
      return Boolean(inserted?.changes)
    },

    /** False when there is none. Compares and swaps, so that two updates of different members both hold. */
    async update(account: string, name: string, change: Partial<Record>): Promise<boolean> {
      for (;;) {
        const found = await find(account, name)
        if (!found) return false
        const update = queries
          .updateTable('principals')
          .set({ record: JSON.stringify({ ...found, ...change }) })
          .where('account', '=', account)
          .where('kind', '=', kind)
          .where('name_key', '=', nameKey(name))
          .where('record', '=', JSON.stringify(found))
        const [updated] = await commit([update.compile()])
        if (updated?.changes) return true
      }
    },

    async delete(account: string, name: string): Promise<'deleted' | 'not-found' | 'has-dependents'> {
      const owner = [account, kind, nameKey(name)] as const
      const remove = queries
        .deleteFrom('principals')
        .where('account', '=', account)
        .where('kind', '=', kind)
        .where('name_key', '=', nameKey(name))
        .where(({ not, exists }) => not(exists(ownedBy(queries, 'access_keys', owner))))
        .where(({ not, exists }) => not(exists(ownedBy(queries, 'inline_policies', owner))))
      const [removed, left] = await commit([
        remove.compile(),
        rowsOf(queries, kind, account, name).select('name_key').compile(),
      ])
      if (removed?.changes) return 'deleted'
      return left?.rows.length ? 'has-dependents' : 'not-found'
    },

    /** In order of name. The path is a filter, so a page of a rare path looks at the other names on its way. */
    async list(account: string, { limit, after, pathPrefix = '' }: ListOptions): Promise<Page<Record>> {
      let query = queries.selectFrom('principals').where('account', '=', account).where('kind', '=', kind)
      if (pathPrefix)
        query = query.where(({ eb, fn, val }) =>
          eb(fn('substr', ['path', val(1), val(pathPrefix.length)]), '=', pathPrefix),
        )
      if (after !== undefined) query = query.where('name_key', '>', decodeCursor(after, [''] as readonly [string])[0])
      const rows = await query
        .select('record')
        .orderBy('name_key')
        .limit(limit + 1)
        .execute()
      return pageOf(rows.map(parse), limit, ({ name }) => [nameKey(name)])
    },
  }
}

type ListOptions = PageOptions & { readonly pathPrefix?: string | undefined }

const rowsOf = (queries: Database['queries'], kind: OwnerKind, account: string, name: string) =>
  queries
    .selectFrom('principals')
    .where('account', '=', account)
    .where('kind', '=', kind)
    .where('name_key', '=', nameKey(name))

const ownedBy = (
  queries: Database['queries'],
  table: 'access_keys' | 'inline_policies',
  owner: readonly [string, string, string],
) =>
  queries
    .selectFrom(table)
    .select('account')
    .where('account', '=', owner[0])
    .where('owner_kind', '=', owner[1])
    .where('owner_key', '=', owner[2])
