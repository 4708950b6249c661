import type { InlinePolicy } from '#resources'
import type { OwnerKind } from '../identity-store.ts'
import type { Database } from './database.ts'
import { nameKey } from './principals.ts'

/** All inline policies, in memory; on disk first. An owner's array is replaced when one of its policies changes. */
export async function openInlinePolicies({ queries, commit }: Database) {
  const byOwner = new Map<string, readonly InlinePolicy[]>()
  for (const { record } of await queries.selectFrom('inline_policies').select('record').execute())
    remember(JSON.parse(record))

  const policiesOf = (account: string, ownerKind: OwnerKind, ownerName: string): readonly InlinePolicy[] =>
    byOwner.get(ownerId(account, ownerKind, ownerName)) ?? none

  function remember(policy: InlinePolicy): void {
    const { account, ownerKind, ownerName, name } = policy
    const others = (byOwner.get(ownerId(account, ownerKind, ownerName)) ?? none).filter((other) => other.name !== name)
    byOwner.set(
      ownerId(account, ownerKind, ownerName),
      [...others, policy].sort((a, b) => (a.name < b.name ? -1 : 1)),
    )
  }

  function forget(account: string, ownerKind: OwnerKind, ownerName: string, name: string): void {
    const left = policiesOf(account, ownerKind, ownerName).filter((policy) => policy.name !== name)
    if (left.length > 0) byOwner.set(ownerId(account, ownerKind, ownerName), left)
    else byOwner.delete(ownerId(account, ownerKind, ownerName))
  }

  return {
    of: policiesOf,

    async put(policy: InlinePolicy): Promise<boolean> {
      const { account, ownerKind, ownerName, name } = policy
      const insert = queries
        .insertInto('inline_policies')
        .columns(['account', 'owner_kind', 'owner_key', 'name', 'record'])
        .expression(
          queries
            .selectFrom('principals')
            .where('account', '=', account)
            .where('kind', '=', ownerKind)
            .where('name_key', '=', nameKey(ownerName))
            .select(({ val }) => [
              'account',
              'kind',
              'name_key',
              val(name).as('name'),
              val(JSON.stringify(policy)).as('record'),
            ]),
        )
        .onConflict((conflict) =>
          conflict
            .columns(['account', 'owner_kind', 'owner_key', 'name'])
            .doUpdateSet(({ ref }) => ({ record: ref('excluded.record') })),
        )
      const [put] = await commit([insert.compile()])
      if (!put?.changes) return false
      remember(policy)
      return true
    },

    async delete(account: string, ownerKind: OwnerKind, ownerName: string, name: string): Promise<boolean> {
      const remove = queries
        .deleteFrom('inline_policies')
        .where('account', '=', account)
        .where('owner_kind', '=', ownerKind)
        .where('owner_key', '=', nameKey(ownerName))
        .where('name', '=', name)
      const [removed] = await commit([remove.compile()])
      if (!removed?.changes) return false
      forget(account, ownerKind, ownerName, name)
      return true
    },
  }
}

const none: readonly InlinePolicy[] = Object.freeze([])

const ownerId = (account: string, ownerKind: OwnerKind, ownerName: string): string =>
  `${account}:${ownerKind}:${nameKey(ownerName)}`
