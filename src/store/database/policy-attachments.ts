import { isAwsManaged, type Principal, type PrincipalKind } from '#resources'
import type { AttachmentStore } from '../identity-store.ts'
import type { Database } from './database.ts'
import { required, unmetIn } from './requirements.ts'

export function createPolicyAttachments({ queries, commit }: Database): AttachmentStore {
  const ofOwner = (ownerId: string) => queries.selectFrom('policy_attachments').where('owner_id', '=', ownerId)

  return {
    async attach(ownerId, arn, maximum) {
      const owner = required(queries.selectFrom('principals').where('id', '=', ownerId).select('id'))
      const policy = required(queries.selectFrom('managed_policies').where('arn', '=', arn).select('arn'))
      const insert = queries
        .insertInto('policy_attachments')
        .columns(['owner_id', 'policy_arn'])
        .expression(
          queries
            .selectNoFrom(({ val }) => [val(ownerId).as('owner_id'), val(arn).as('policy_arn')])
            .where((eb) => eb(ofOwner(ownerId).select(eb.fn.countAll().as('count')), '<', maximum)),
        )
        .onConflict((conflict) => conflict.doNothing())
      const attachment = ofOwner(ownerId).where('policy_arn', '=', arn).select('policy_arn')
      try {
        const results = await commit([
          owner,
          ...(isAwsManaged(arn) ? [] : [policy]),
          insert.compile(),
          attachment.compile(),
        ])
        return results.at(-1)?.rows.length ? 'attached' : 'limit-exceeded'
      } catch (error) {
        return unmetIn(error) === 0 ? 'not-found' : 'no-such-policy'
      }
    },

    async detach(ownerId, arn) {
      const remove = queries
        .deleteFrom('policy_attachments')
        .where('owner_id', '=', ownerId)
        .where('policy_arn', '=', arn)
      const [removed] = await commit([remove.compile()])
      return Boolean(removed?.changes)
    },

    async list(ownerId) {
      const rows = await ofOwner(ownerId).select('policy_arn').orderBy('policy_arn').execute()
      return rows.map(({ policy_arn }) => policy_arn)
    },

    async entitiesOf(account, arn, usage) {
      const principals = queries.selectFrom('principals').where('account', '=', account)
      const attached = queries.selectFrom('policy_attachments').where('policy_arn', '=', arn).select('owner_id')
      const rows = await (usage === 'boundary'
        ? principals.where('boundary_arn', '=', arn)
        : principals.where('id', 'in', attached)
      )
        .select(['kind', 'record'])
        .execute()
      return rows.map(({ kind, record }) => ({
        kind: kind as PrincipalKind,
        principal: JSON.parse(record) as Principal,
      }))
    },
  }
}
