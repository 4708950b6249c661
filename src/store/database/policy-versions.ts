import type { PolicyVersion } from '#resources'
import type { ManagedPolicyStore } from '../identity-store.ts'
import type { Database } from './database.ts'
import { required, unmetIn } from './requirements.ts'

type PolicyVersionStore = Pick<ManagedPolicyStore, 'addVersion' | 'listVersions' | 'deleteVersion' | 'setDefault'>

export function createPolicyVersions({ queries, commit }: Database): PolicyVersionStore {
  const versionsOf = (arn: string) => queries.selectFrom('policy_versions').where('policy_arn', '=', arn)
  const policy = (arn: string) => queries.selectFrom('managed_policies').where('arn', '=', arn)
  const change = (arn: string) => queries.updateTable('managed_policies').where('arn', '=', arn)

  return {
    async addVersion(arn, { document, createdMs, isDefault }, maximum) {
      // The policy hands out the number, and that it did is the condition for the version.
      const number = change(arn)
        .where((eb) => eb(versionsOf(arn).select(eb.fn.countAll().as('count')), '<', maximum))
        .set(({ eb }) => ({
          latest_version: eb('latest_version', '+', 1),
          ...(isDefault && { default_version: eb('latest_version', '+', 1) }),
          updated_ms: createdMs,
        }))
      const insert = queries
        .insertInto('policy_versions')
        .columns(['policy_arn', 'number', 'document', 'created_ms'])
        .expression(
          policy(arn).select(({ val }) => [
            'arn',
            'latest_version',
            val(document).as('document'),
            val(createdMs).as('created_ms'),
          ]),
        )
      try {
        const results = await commit([
          required(policy(arn).select('arn')),
          required(number),
          insert.compile(),
          policy(arn).select('latest_version').compile(),
        ])
        return { number: Number(results.at(-1)?.rows[0]?.latest_version), document, createdMs }
      } catch (error) {
        return unmetIn(error) === 0 ? 'not-found' : 'limit-exceeded'
      }
    },

    async listVersions(arn) {
      const rows = await versionsOf(arn)
        .select(['number', 'document', 'created_ms'])
        .orderBy('number', 'desc')
        .execute()
      return rows.map(({ created_ms, ...version }): PolicyVersion => ({ ...version, createdMs: created_ms }))
    },

    async deleteVersion(arn, number) {
      const isDefault = policy(arn).where('default_version', '=', number).select('arn')
      const remove = queries
        .deleteFrom('policy_versions')
        .where('policy_arn', '=', arn)
        .where('number', '=', number)
        .where(({ not, exists }) => not(exists(isDefault)))
      const [removed, standard] = await commit([remove.compile(), isDefault.compile()])
      if (removed?.changes) return 'deleted'
      return standard?.rows.length ? 'is-default' : 'not-found'
    },

    async setDefault(arn, number) {
      const exists = versionsOf(arn).where('number', '=', number).select('number')
      const [changed] = await commit([
        change(arn)
          .set({ default_version: number })
          .where((eb) => eb.exists(exists))
          .compile(),
      ])
      return Boolean(changed?.changes)
    },
  }
}
