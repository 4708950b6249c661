import { isAwsManaged, type Page, type Principal, type PrincipalKind } from '#resources'
import { decodeCursor, pageOf } from '../cursor.ts'
import type { Dependent, PathPageOptions, PrincipalStore } from '../identity-store.ts'
import type { Database, Statement } from './database.ts'
import { startsWith } from './path-prefix.ts'
import { required, unmetIn } from './requirements.ts'

/** IAM does not tell names apart by case; names are ASCII. */
export const nameKey = (name: string): string => name.toLowerCase()

type Limited = Principal & { readonly permissionsBoundary?: string | undefined }

/** Users, groups or roles, which differ in nothing that matters here. */
export function createPrincipals<Record extends Limited>(
  { queries, commit }: Database,
  kind: PrincipalKind,
): PrincipalStore<Record> {
  const parse = ({ record }: { readonly record: string }): Record => JSON.parse(record)

  const ofAccount = (account: string) =>
    queries.selectFrom('principals').where('account', '=', account).where('kind', '=', kind)
  const named = (account: string, name: string) => ofAccount(account).where('name_key', '=', nameKey(name))
  const withId = (id: string) => queries.selectFrom('principals').where('id', '=', id).where('kind', '=', kind)

  const findById = async (id: string): Promise<Record | undefined> => {
    const row = await withId(id).select('record').executeTakeFirst()
    return row && parse(row)
  }

  /** What a new boundary needs: one that AWS manages is always there. */
  const boundaryExists = ({ permissionsBoundary: arn }: Record): readonly Statement[] =>
    arn === undefined || isAwsManaged(arn)
      ? []
      : [required(queries.selectFrom('managed_policies').where('arn', '=', arn).select('arn'))]

  return {
    findById,

    async find(account, name) {
      const row = await named(account, name).select('record').executeTakeFirst()
      return row && parse(row)
    },

    async create(record, maximum) {
      const row = rowOf(record)
      const insert = queries
        .insertInto('principals')
        .columns(['account', 'kind', 'name_key', 'id', 'path', 'boundary_arn', 'record'])
        .expression(
          queries
            .selectNoFrom(({ val }) => [
              val(record.account).as('account'),
              val(kind).as('kind'),
              val(row.name_key).as('name_key'),
              val(record.id).as('id'),
              val(row.path).as('path'),
              val(row.boundary_arn).as('boundary_arn'),
              val(row.record).as('record'),
            ])
            .where((eb) => eb(ofAccount(record.account).select(eb.fn.countAll().as('count')), '<', maximum)),
        )
        .onConflict((conflict) => conflict.columns(['account', 'kind', 'name_key']).doNothing())
      try {
        const results = await commit([
          ...boundaryExists(record),
          named(record.account, record.name).select('id').compile(),
          insert.compile(),
        ])
        if (results.at(-1)?.changes) return 'created'
        return results.at(-2)?.rows.length ? 'exists' : 'limit-exceeded'
      } catch (error) {
        unmetIn(error)
        return 'no-such-policy'
      }
    },

    async change(id, change) {
      for (;;) {
        const found = await findById(id)
        if (!found) return 'not-found'
        const changed = change(found)
        const row = rowOf(changed)
        const namesake = named(found.account, changed.name).where('id', '!=', id).select('id')
        const update = queries
          .updateTable('principals')
          .set(row)
          .where('id', '=', id)
          .where('record', '=', JSON.stringify(found))
          .where(({ not, exists }) => not(exists(namesake)))
        try {
          const [taken, updated] = await commit([
            namesake.compile(),
            update.compile(),
            ...(changed.permissionsBoundary === found.permissionsBoundary ? [] : boundaryExists(changed)),
          ])
          if (updated?.changes) return 'changed'
          if (taken?.rows.length) return 'exists'
        } catch (error) {
          unmetIn(error)
          return 'no-such-policy'
        }
      }
    },

    async delete(id) {
      const dependents = dependentsOf(queries, id)
      const remove = queries
        .deleteFrom('principals')
        .where('id', '=', id)
        .where(({ and, not, exists }) => and(dependents.map(([, rows]) => not(exists(rows)))))
      const uses = queries
        .deleteFrom('last_uses')
        .where('id', '=', id)
        .where(({ not, exists }) => not(exists(withId(id).select('id'))))
      const [removed, , left, ...found] = await commit([
        remove.compile(),
        uses.compile(),
        withId(id).select('id').compile(),
        ...dependents.map(([, rows]) => rows.compile()),
      ])
      if (removed?.changes) return 'deleted'
      const dependent = dependents[found.findIndex(({ rows }) => rows.length > 0)]?.[0]
      return left?.rows.length && dependent ? dependent : 'not-found'
    },

    /** The path is a filter, so a page of a rare path looks at the other names on its way. */
    async list(account: string, { limit, after, pathPrefix }: PathPageOptions): Promise<Page<Record>> {
      let query = ofAccount(account).where(startsWith(pathPrefix))
      if (after !== undefined) query = query.where('name_key', '>', decodeCursor(after, [''] as readonly [string])[0])
      const rows = await query
        .select('record')
        .orderBy('name_key')
        .limit(limit + 1)
        .execute()
      return pageOf(rows.map(parse), limit, ({ name }) => [nameKey(name)])
    },

    async count(account) {
      const { count } = await ofAccount(account)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return count
    },
  }
}

const rowOf = (record: Limited) => ({
  name_key: nameKey(record.name),
  path: record.path,
  boundary_arn: record.permissionsBoundary ?? null,
  record: JSON.stringify(record),
})

/** In the order in which AWS names them. */
const dependentsOf = (queries: Database['queries'], id: string) =>
  [
    [
      'membership',
      queries
        .selectFrom('group_members')
        .select('group_id')
        .where((eb) => eb.or([eb('group_id', '=', id), eb('user_id', '=', id)])),
    ],
    ['access-key', queries.selectFrom('access_keys').select('id').where('owner_id', '=', id)],
    ['attached-policy', queries.selectFrom('policy_attachments').select('policy_arn').where('owner_id', '=', id)],
    ['inline-policy', queries.selectFrom('inline_policies').select('name').where('owner_id', '=', id)],
  ] as const satisfies readonly (readonly [Dependent, unknown])[]
