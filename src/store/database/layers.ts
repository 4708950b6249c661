import type { SelectQueryBuilder } from 'kysely'
import type { LayerVersion, NewLayerVersion } from '#resources'
import { decodeCursor, pageOf } from '../cursor.ts'
import type { LayerStore, ListLayersOptions } from '../layer-store.ts'
import { codeFits, refuseFull } from './code-storage.ts'
import type { Database, Schema } from './database.ts'
import { openLayerPolicies } from './layer-policies.ts'
import { unmetIn } from './requirements.ts'

/** `codeLimitBytes` is what the code of an account may take. */
export async function openLayerStore(database: Database, codeLimitBytes: number): Promise<LayerStore> {
  const { queries, commit } = database
  const policies = await openLayerPolicies(database)
  const ofLayer = (account: string, layerName: string) =>
    queries.selectFrom('layer_versions').where('account', '=', account).where('layer_name', '=', layerName)

  return {
    async publish(layer) {
      const { account, layerName } = layer
      const count = queries
        .insertInto('layers')
        .values({ account, layer_name: layerName, last_version: 1 })
        .onConflict((conflict) =>
          conflict
            .columns(['account', 'layer_name'])
            .doUpdateSet((eb) => ({ last_version: eb('layers.last_version', '+', 1) })),
        )
        .returning('last_version')
      const insert = queries.insertInto('layer_versions').values((eb) => ({
        ...rowOf(layer),
        version_number: eb
          .selectFrom('layers')
          .where('account', '=', account)
          .where('layer_name', '=', layerName)
          .select('last_version'),
      }))
      const fits = codeFits(queries, account, codeLimitBytes)
      const unit = [count.compile(), insert.compile(), fits]
      try {
        const [counted] = await commit(unit)
        return { ...layer, version: Number(counted?.rows[0]?.last_version) }
      } catch (error) {
        refuseFull(unmetIn(error), unit, fits)
        throw error
      }
    },

    async find(account, layerName, version) {
      const row = await ofLayer(account, layerName)
        .where('version_number', '=', version)
        .select(['record', 'version_number'])
        .executeTakeFirst()
      return row && parse(row)
    },

    async delete(account, layerName, version) {
      const remove = queries
        .deleteFrom('layer_versions')
        .where('account', '=', account)
        .where('layer_name', '=', layerName)
        .where('version_number', '=', version)
      await commit([remove.compile()])
      policies.forget({ account, layerName, version })
    },

    peekPolicy: policies.of,
    replacePolicy: policies.replace,

    async listVersions(account, layerName, options) {
      const { limit, after } = options
      let query = fitting(ofLayer(account, layerName), options)
        .select(['record', 'version_number'])
        .orderBy('version_number', 'desc')
        .limit(limit + 1)
      if (after !== undefined) query = query.where('version_number', '<', decodeCursor(after, [0] as const)[0])
      return pageOf((await query.execute()).map(parse), limit, ({ version }) => [version])
    },

    async list(account, options) {
      const { limit, after } = options
      let newest = fitting(queries.selectFrom('layer_versions').where('account', '=', account), options)
        .select((eb) => ['layer_name', eb.fn.max('version_number').as('version_number')])
        .groupBy('layer_name')
        .orderBy('layer_name')
        .limit(limit + 1)
      if (after !== undefined) newest = newest.where('layer_name', '>', decodeCursor(after, [''] as const)[0])
      const rows = await queries
        .selectFrom(newest.as('newest'))
        .innerJoin('layer_versions as v', (join) =>
          join.onRef('v.layer_name', '=', 'newest.layer_name').onRef('v.version_number', '=', 'newest.version_number'),
        )
        .where('v.account', '=', account)
        .select(['v.record', 'v.version_number'])
        .orderBy('v.layer_name')
        .execute()
      return pageOf(rows.map(parse), limit, ({ layerName }) => [layerName])
    },

    async usedCode() {
      const rows = await queries.selectFrom('layer_versions').select('code_sha256').distinct().execute()
      return new Set(rows.map((row) => row.code_sha256))
    },

    async codeBytes(account) {
      const { bytes } = await queries
        .selectFrom('layer_versions')
        .where('account', '=', account)
        .select((eb) => eb.fn.sum<number | null>('code_size').as('bytes'))
        .executeTakeFirstOrThrow()
      return bytes ?? 0
    },
  }
}

type VersionQuery = SelectQueryBuilder<Schema, 'layer_versions', object>

/** In the pattern `_` stands for any character; no two runtimes or architectures differ in that place only. */
function fitting(query: VersionQuery, { runtime, architecture }: ListLayersOptions): VersionQuery {
  let fits = query
  if (runtime !== undefined) fits = fits.where('runtimes', 'like', `% ${runtime} %`)
  if (architecture !== undefined) fits = fits.where('architectures', 'like', `% ${architecture} %`)
  return fits
}

const rowOf = (layer: NewLayerVersion) => ({
  account: layer.account,
  layer_name: layer.layerName,
  runtimes: searchable(layer.compatibleRuntimes),
  architectures: searchable(layer.compatibleArchitectures),
  code_sha256: layer.code.sha256,
  code_size: layer.code.size,
  record: JSON.stringify(layer),
})

const searchable = (values: readonly string[] = []) => ` ${values.join(' ')} `

/** The number is not in the record, which is written before it is known. */
const parse = (row: { readonly record: string; readonly version_number: number }): LayerVersion => ({
  ...JSON.parse(row.record),
  version: row.version_number,
})
