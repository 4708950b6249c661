import type { ManagedPolicy, PolicyUsage } from '#resources'
import { decodeCursor, pageOf } from '../cursor.ts'
import type { ManagedPolicyStore } from '../identity-store.ts'
import type { Database, ManagedPolicyRow } from './database.ts'
import { startsWith } from './path-prefix.ts'
import { createPolicyVersions } from './policy-versions.ts'
import { nameKey } from './principals.ts'

export function createManagedPolicies(database: Database): ManagedPolicyStore {
  const { queries, commit } = database

  const withArn = (arn: string) => queries.selectFrom('managed_policies').where('arn', '=', arn)
  const attached = (arn: string) =>
    queries.selectFrom('policy_attachments').where('policy_arn', '=', arn).select('owner_id')
  const limited = (arn: string) => queries.selectFrom('principals').where('boundary_arn', '=', arn).select('id')

  const findRow = (arn: string) => withArn(arn).select(COLUMNS).executeTakeFirst()

  return {
    ...createPolicyVersions(database),

    async find(arn) {
      const row = await findRow(arn)
      return row && parse(row)
    },

    async create(policy, document, maximum) {
      const { arn, account, path, createdMs } = policy
      const ofAccount = queries.selectFrom('managed_policies').where('account', '=', account)
      const insert = queries
        .insertInto('managed_policies')
        .columns(['arn', 'account', 'name_key', 'path', 'default_version', 'latest_version', 'updated_ms', 'record'])
        .expression(
          queries
            .selectNoFrom(({ val }) => [
              val(arn).as('arn'),
              val(account).as('account'),
              val(nameKey(policy.name)).as('name_key'),
              val(path).as('path'),
              val(1).as('default_version'),
              val(1).as('latest_version'),
              val(createdMs).as('updated_ms'),
              val(recordOf(policy)).as('record'),
            ])
            .where((eb) => eb(ofAccount.select(eb.fn.countAll().as('count')), '<', maximum)),
        )
        .onConflict((conflict) => conflict.doNothing())
      // Only together with the policy that was just made, which has the record of nobody else: ids are random.
      const version = queries
        .insertInto('policy_versions')
        .columns(['policy_arn', 'number', 'document', 'created_ms'])
        .expression(
          withArn(arn)
            .where('record', '=', recordOf(policy))
            .select(({ val }) => ['arn', val(1).as('number'), val(document).as('document'), val(createdMs).as('ms')]),
        )
      const namesake = ofAccount.where('name_key', '=', nameKey(policy.name)).select('arn')
      const [found, inserted] = await commit([namesake.compile(), insert.compile(), version.compile()])
      if (inserted?.changes) return 'created'
      return found?.rows.length ? 'exists' : 'limit-exceeded'
    },

    async list(account, { limit, after, pathPrefix }) {
      let query = queries.selectFrom('managed_policies').where('account', '=', account).where(startsWith(pathPrefix))
      if (after !== undefined) query = query.where('name_key', '>', decodeCursor(after, [''] as readonly [string])[0])
      const rows = await query
        .select(COLUMNS)
        .orderBy('name_key')
        .limit(limit + 1)
        .execute()
      return pageOf(rows.map(parse), limit, ({ name }) => [nameKey(name)])
    },

    async change(arn, change) {
      for (;;) {
        const row = await findRow(arn)
        if (!row) return false
        const update = queries
          .updateTable('managed_policies')
          .set({ record: recordOf(change(parse(row))) })
          .where('arn', '=', arn)
          .where('record', '=', row.record)
        const [updated] = await commit([update.compile()])
        if (updated?.changes) return true
      }
    },

    async delete(arn) {
      const others = queries
        .selectFrom('policy_versions')
        .innerJoin('managed_policies', 'managed_policies.arn', 'policy_versions.policy_arn')
        .where('policy_versions.policy_arn', '=', arn)
        .whereRef('policy_versions.number', '!=', 'managed_policies.default_version')
        .select('policy_versions.number')
      const remove = queries
        .deleteFrom('managed_policies')
        .where('arn', '=', arn)
        .where(({ and, not, exists }) => and([attached(arn), limited(arn), others].map((rows) => not(exists(rows)))))
      const [removed, attachments, boundaries, versions] = await commit([
        remove.compile(),
        attached(arn).compile(),
        limited(arn).compile(),
        others.compile(),
      ])
      if (removed?.changes) return 'deleted'
      if (attachments?.rows.length || boundaries?.rows.length) return 'attached'
      return versions?.rows.length ? 'has-versions' : 'not-found'
    },

    async usage(account) {
      const [attachments, boundaries] = await Promise.all([
        queries
          .selectFrom('policy_attachments')
          .innerJoin('principals', 'principals.id', 'policy_attachments.owner_id')
          .where('principals.account', '=', account)
          .groupBy('policy_attachments.policy_arn')
          .select(({ fn }) => ['policy_attachments.policy_arn as arn', fn.countAll<number>().as('count')])
          .execute(),
        queries
          .selectFrom('principals')
          .where('account', '=', account)
          .where('boundary_arn', 'is not', null)
          .groupBy('boundary_arn')
          .select(({ fn }) => ['boundary_arn as arn', fn.countAll<number>().as('count')])
          .execute(),
      ])
      const usage = new Map<string, PolicyUsage>()
      for (const { arn, count } of attachments) usage.set(arn, { attachments: count, boundaries: 0 })
      for (const { arn, count } of boundaries)
        if (arn !== null) usage.set(arn, { attachments: usage.get(arn)?.attachments ?? 0, boundaries: count })
      return usage
    },
  }
}

const COLUMNS = ['record', 'default_version', 'updated_ms'] as const

/** What changes with versions has columns of its own. */
const recordOf = ({ defaultVersion, updatedMs, ...policy }: ManagedPolicy): string => JSON.stringify(policy)

const parse = (row: Pick<ManagedPolicyRow, (typeof COLUMNS)[number]>): ManagedPolicy => ({
  ...JSON.parse(row.record),
  defaultVersion: row.default_version,
  updatedMs: row.updated_ms,
})
