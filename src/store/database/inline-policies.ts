import type { InlinePolicy } from '#resources'
import type { InlinePolicyStore } from '../identity-store.ts'
import type { Database } from './database.ts'
import { required, unmetIn } from './requirements.ts'

export function createInlinePolicies({ queries, commit }: Database): InlinePolicyStore {
  const list = (ownerId: string): Promise<readonly InlinePolicy[]> =>
    queries
      .selectFrom('inline_policies')
      .where('owner_id', '=', ownerId)
      .select(['name', 'document'])
      .orderBy('name')
      .execute()

  return {
    list,

    async put(ownerId, policy, fits) {
      const others = (await list(ownerId)).filter(({ name }) => name !== policy.name)
      if (!fits([...others, policy])) return 'too-large'
      const owner = queries.selectFrom('principals').where('id', '=', ownerId).select('id')
      const insert = queries
        .insertInto('inline_policies')
        .values({ owner_id: ownerId, ...policy })
        .onConflict((conflict) => conflict.columns(['owner_id', 'name']).doUpdateSet({ document: policy.document }))
      try {
        await commit([required(owner), insert.compile()])
        return 'put'
      } catch (error) {
        unmetIn(error)
        return 'not-found'
      }
    },

    async delete(ownerId, name) {
      const remove = queries.deleteFrom('inline_policies').where('owner_id', '=', ownerId).where('name', '=', name)
      const [removed] = await commit([remove.compile()])
      return Boolean(removed?.changes)
    },
  }
}
