import { findAwsManaged, isAwsManaged, type ManagedPolicy, type Principal, type PrincipalKind } from '#resources'
import type { Grant, IdentityStore } from '../identity-store.ts'
import type { Database } from './database.ts'

/** Reads what is granted to somebody; a few queries, whenever identities have changed. */
export function createGrants({ queries }: Database): Pick<IdentityStore, 'grantsOf' | 'findManaged'> {
  return {
    findManaged,

    async grantsOf({ id, permissionsBoundary }) {
      const owners = await ownersOf(id)
      const ids = owners.map((owner) => owner.id)
      const [inline, attachments, boundary] = await Promise.all([
        queries
          .selectFrom('inline_policies')
          .where('owner_id', 'in', ids)
          .selectAll()
          .orderBy('owner_id')
          .orderBy('name')
          .execute(),
        queries
          .selectFrom('policy_attachments')
          .where('owner_id', 'in', ids)
          .select('policy_arn')
          .distinct()
          .orderBy('policy_arn')
          .execute(),
        permissionsBoundary === undefined ? undefined : findManaged([permissionsBoundary]),
      ])
      const own = inline.flatMap(({ owner_id, name, document }) => {
        const owner = owners.find((one) => one.id === owner_id)
        return owner ? [{ source: owner.kind, owner: owner.name, policyName: name, document }] : []
      })
      const managed = await findManaged(attachments.map(({ policy_arn }) => policy_arn))
      // A boundary that cannot be read must not look like none.
      return { policies: [...own, ...managed], ...(boundary && { boundary: boundary[0] ?? ALLOWS_NOTHING }) }
    },
  }

  /** The principal itself and, of a user, its groups. */
  async function ownersOf(id: string): Promise<readonly { id: string; kind: PrincipalKind; name: string }[]> {
    const groups = queries.selectFrom('group_members').where('user_id', '=', id).select('group_id')
    const rows = await queries
      .selectFrom('principals')
      .where((eb) => eb.or([eb('id', '=', id), eb('id', 'in', groups)]))
      .select(['id', 'kind', 'record'])
      .execute()
    return rows.map(({ id, kind, record }) => {
      const { name }: Principal = JSON.parse(record)
      return { id, kind: kind as PrincipalKind, name }
    })
  }

  async function findManaged(arns: readonly string[]): Promise<readonly Grant[]> {
    const stored = arns.filter((arn) => !isAwsManaged(arn))
    const rows =
      stored.length === 0
        ? []
        : await queries
            .selectFrom('managed_policies')
            .innerJoin('policy_versions', (join) =>
              join
                .onRef('policy_versions.policy_arn', '=', 'managed_policies.arn')
                .onRef('policy_versions.number', '=', 'managed_policies.default_version'),
            )
            .where('managed_policies.arn', 'in', stored)
            .select(['managed_policies.arn', 'managed_policies.record', 'policy_versions.document'])
            .execute()
    return arns.flatMap((arn): Grant[] => {
      const aws = findAwsManaged(arn)
      if (aws) return [{ source: 'aws-managed', owner: arn, policyName: aws.name, document: aws.document }]
      const row = rows.find((one) => one.arn === arn)
      if (!row) return []
      const { name }: ManagedPolicy = JSON.parse(row.record)
      return [{ source: 'user-managed', owner: arn, policyName: name, document: row.document }]
    })
  }
}

const ALLOWS_NOTHING: Grant = {
  source: 'user-managed',
  owner: '',
  policyName: '',
  document: '{"Version":"2012-10-17","Statement":[]}',
}
