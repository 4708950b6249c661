import type { Group, User } from '#resources'
import type { GroupMemberStore } from '../identity-store.ts'
import type { Database } from './database.ts'
import { required, unmetIn } from './requirements.ts'

export function createGroupMembers({ queries, commit }: Database): GroupMemberStore {
  const principal = (id: string) => required(queries.selectFrom('principals').where('id', '=', id).select('id'))

  return {
    async add(groupId, userId, maximum) {
      const membership = queries
        .selectFrom('group_members')
        .where('group_id', '=', groupId)
        .where('user_id', '=', userId)
        .select('user_id')
      const insert = queries
        .insertInto('group_members')
        .columns(['group_id', 'user_id'])
        .expression(
          queries
            .selectNoFrom(({ val }) => [val(groupId).as('group_id'), val(userId).as('user_id')])
            .where((eb) =>
              eb(
                queries.selectFrom('group_members').where('user_id', '=', userId).select(eb.fn.countAll().as('count')),
                '<',
                maximum,
              ),
            ),
        )
        .onConflict((conflict) => conflict.doNothing())
      try {
        const results = await commit([principal(groupId), principal(userId), insert.compile(), membership.compile()])
        return results.at(-1)?.rows.length ? 'added' : 'limit-exceeded'
      } catch (error) {
        unmetIn(error)
        return 'not-found'
      }
    },

    async remove(groupId, userId) {
      const remove = queries.deleteFrom('group_members').where('group_id', '=', groupId).where('user_id', '=', userId)
      const [removed] = await commit([remove.compile()])
      return Boolean(removed?.changes)
    },

    async usersOf(groupId) {
      const rows = await queries
        .selectFrom('group_members')
        .innerJoin('principals', 'principals.id', 'group_members.user_id')
        .where('group_members.group_id', '=', groupId)
        .select('principals.record')
        .execute()
      return rows.map(({ record }): User => JSON.parse(record))
    },

    async groupsOf(userId) {
      const rows = await queries
        .selectFrom('group_members')
        .innerJoin('principals', 'principals.id', 'group_members.group_id')
        .where('group_members.user_id', '=', userId)
        .select('principals.record')
        .orderBy('principals.name_key')
        .execute()
      return rows.map(({ record }): Group => JSON.parse(record))
    },
  }
}
