import type { LayerVersionAddress } from '#resources'
import type { LayerPolicy } from '../layer-store.ts'
import type { Database } from './database.ts'
import { required, unmetIn } from './requirements.ts'

/** The policies of layer versions, which few have: on disk with the version, and all in memory. */
export async function openLayerPolicies({ queries, commit }: Database) {
  const policies = new Map<string, LayerPolicy>()
  const rows = await queries
    .selectFrom('layer_versions')
    .where('policy', 'is not', null)
    .select(['account', 'layer_name', 'version_number', 'policy', 'policy_revision'])
    .execute()
  for (const row of rows)
    policies.set(keyOf({ account: row.account, layerName: row.layer_name, version: row.version_number }), {
      policy: { document: row.policy ?? '' },
      revisionId: row.policy_revision ?? '',
    })

  return {
    of: (layer: LayerVersionAddress): LayerPolicy | undefined => policies.get(keyOf(layer)),

    async replace(
      layer: LayerVersionAddress,
      next: LayerPolicy | undefined,
      expectedRevisionId: string | undefined,
    ): Promise<boolean> {
      const update = queries
        .updateTable('layer_versions')
        .set({ policy: next?.policy.document ?? null, policy_revision: next?.revisionId ?? null })
        .where('account', '=', layer.account)
        .where('layer_name', '=', layer.layerName)
        .where('version_number', '=', layer.version)
        .where('policy_revision', expectedRevisionId === undefined ? 'is' : '=', expectedRevisionId ?? null)
      try {
        await commit([required(update)])
      } catch (error) {
        unmetIn(error)
        return false
      }
      if (next) policies.set(keyOf(layer), next)
      else policies.delete(keyOf(layer))
      return true
    },

    /** The layer version is gone. */
    forget(layer: LayerVersionAddress): void {
      policies.delete(keyOf(layer))
    },
  }
}

const keyOf = ({ account, layerName, version }: LayerVersionAddress) => `${account}:${layerName}:${version}`
