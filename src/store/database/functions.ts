import assert from 'node:assert/strict'
import { type CodePackage, type FunctionVersion, isUnderWay, layerCode } from '#resources'
import { mergedSha256 } from '../code/merged-sha256.ts'
import type { FunctionStore } from '../function-store.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { assignment } from './code-signing.ts'
import { codeFits, refuseFull } from './code-storage.ts'
import type { Belongings, Database, QualifierBelongings, Statement } from './database.ts'
import { readVersion, writeVersion } from './function-record.ts'
import { listVersions } from './list-versions.ts'
import { providerNameOf, providerPlaces } from './provider-places.ts'
import { RecordCache } from './record-cache.ts'
import { required, unmetIn } from './requirements.ts'
import { numberOf, versionOf } from './version-number.ts'

interface Setup {
  readonly secrets: Secrets
  /** What the code of an account may take. */
  readonly codeLimitBytes: number
}

export function createFunctionStore(
  { queries, commit }: Database,
  { secrets, codeLimitBytes }: Setup,
  belongings: readonly Belongings[] = [],
  ofVersions: readonly QualifierBelongings[] = [],
): FunctionStore {
  const cache = new RecordCache<FunctionVersion>(({ account, functionName, version }) =>
    keyOf(account, functionName, version),
  )
  const insert = (record: FunctionVersion) => queries.insertInto('function_versions').values(rowOf(secrets, record))
  const parse = ({ record }: { readonly record: string }) => readVersion(secrets, record)

  return {
    peek: (account, functionName, version) => cache.get(keyOf(account, functionName, version)) ?? 'unknown',

    async find(account, functionName, version) {
      const known = cache.get(keyOf(account, functionName, version))
      const number = numberOf(version)
      if (known || number === undefined) return known
      const remember = cache.beginRead()
      const row = await queries
        .selectFrom('function_versions')
        .where('account', '=', account)
        .where('function_name', '=', functionName)
        .where('version_number', '=', number)
        .select('record')
        .executeTakeFirst()
      if (!row) return undefined
      const record = parse(row)
      remember(record)
      return record
    },

    async create(record, published, codeSigningConfigId) {
      const { account, functionName } = record
      const created = required(insert(record).onConflict((conflict) => conflict.doNothing()))
      const assigned =
        codeSigningConfigId === undefined ? [] : assignment({ queries }, account, functionName, codeSigningConfigId)
      return change([created, ...assigned], record, published, true)
    },

    async update(record, expectedRevisionId, published, addsCode = published !== undefined, replacedRevisionId) {
      const replacement =
        published && replacedRevisionId !== undefined ? [replaceRow(published, replacedRevisionId)] : undefined
      return change([replaceRow(record, expectedRevisionId)], record, published, addsCode, replacement)
    },

    async delete(account, functionName) {
      const remove = queries
        .deleteFrom('function_versions')
        .where('account', '=', account)
        .where('function_name', '=', functionName)
        .returning('version_number')
        .compile()
      const [removed, ...others] = await commit([
        remove,
        ...belongings.map((belonging) => belonging.deletion(account, functionName)),
      ])
      const rows = removed?.rows ?? []
      for (const row of rows) cache.remove(keyOf(account, functionName, versionOf(Number(row.version_number))))
      for (const [i, result] of others.entries()) belongings[i]?.deleted(account, functionName, result)
      return rows.length > 0
    },

    async deleteVersion(account, functionName, version) {
      const number = numberOf(version)
      if (number === undefined) return []
      const pointing = queries
        .selectFrom('aliases')
        .where('account', '=', account)
        .where('function_name', '=', functionName)
        .where((eb) => eb.or([eb('version_number', '=', number), eb('weighted_number', '=', number)]))
        .select('name')
        .orderBy('name')
      const remove = queries
        .deleteFrom('function_versions')
        .where('account', '=', account)
        .where('function_name', '=', functionName)
        .where('version_number', '=', number)
        .where((eb) => eb.not(eb.exists(pointing)))
      const [aliases, removed] = await commit([
        pointing.compile(),
        remove.compile(),
        ...ofVersions.map((belonging) => belonging.deletionAt(account, functionName, version)),
      ])
      if (removed?.changes) {
        cache.remove(keyOf(account, functionName, version))
        for (const belonging of ofVersions) belonging.deletedAt(account, functionName, version)
      }
      return (aliases?.rows ?? []).map(({ name }) => String(name))
    },

    list: (account, options) => listVersions(queries, parse, account, options),

    listUnsettled: async () => (await unsettled()).filter(isUnderWay),

    async listManaged() {
      const managed = queries.selectFrom('function_versions').where('capacity_provider', 'is not', null)
      return (await managed.select('record').execute()).map(parse)
    },

    async usedCode() {
      return new Set((await used()).filter((name) => !name.startsWith(IMAGE)))
    },

    async usedImages() {
      return new Set((await used()).filter((name) => name.startsWith(IMAGE)).map((name) => name.slice(IMAGE.length)))
    },

    async usage(account) {
      const { functions, codeBytes } = await queries
        .selectFrom('function_versions')
        .where('account', '=', account)
        .select((eb) => [
          eb.fn.count<number>('function_name').distinct().as('functions'),
          eb.fn.sum<number | null>('code_size').as('codeBytes'),
        ])
        .executeTakeFirstOrThrow()
      return { functions, codeBytes: codeBytes ?? 0 }
    },
  }

  /** Required to be there as `expectedRevisionId`. */
  function replaceRow(record: FunctionVersion, expectedRevisionId: string): Statement {
    const { account, function_name, version_number, ...columns } = rowOf(secrets, record)
    return required(
      queries
        .updateTable('function_versions')
        .set(columns)
        .where('account', '=', account)
        .where('function_name', '=', function_name)
        .where('version_number', '=', version_number)
        .where('revision_id', '=', expectedRevisionId),
    )
  }

  async function used(): Promise<string[]> {
    const rows = await queries
      .selectFrom('function_versions')
      .select(['code_sha256', 'layers_sha256'])
      .distinct()
      .execute()
    const replaced = (await unsettled()).flatMap(({ replaced }) => (replaced ? codeOf(replaced) : []))
    const stored = rows.flatMap((row) => [row.code_sha256, ...withMerged(row.layers_sha256.split(' ').filter(Boolean))])
    return [...stored, ...replaced]
  }

  /** Those whose update has failed among them: they go on with what it would have replaced. */
  async function unsettled(): Promise<FunctionVersion[]> {
    const rows = await queries.selectFrom('function_versions').where('unsettled', '=', 1).select('record').execute()
    return rows.map(parse)
  }

  async function change(
    statements: readonly Statement[],
    record: FunctionVersion,
    published: FunctionVersion | undefined,
    addsCode: boolean,
    publication = published ? [required(insert(published).onConflict((conflict) => conflict.doNothing()))] : [],
  ): Promise<boolean> {
    const fits = codeFits(queries, record.account, codeLimitBytes)
    const places = providerPlaces(queries, record)
    const unit = [...statements, ...publication, ...(addsCode ? [fits] : []), ...places.statements]
    try {
      await commit(unit)
    } catch (error) {
      const unmet = unmetIn(error)
      refuseFull(unmet, unit, fits)
      places.refuse(unit[unmet])
      return false
    }
    cache.replace(record)
    if (published) cache.replace(published)
    return true
  }
}

function rowOf(secrets: Secrets, record: FunctionVersion) {
  const number = numberOf(record.version)
  assert(number !== undefined, 'a version is $LATEST or a number')
  return {
    account: record.account,
    function_name: record.functionName,
    version_number: number,
    revision_id: record.revisionId,
    code_sha256: nameOf(record.code),
    code_size: record.code.size,
    layers_sha256: layersOf(record).join(' '),
    capacity_provider: record.configuration.capacity ? providerNameOf(record.configuration.capacity.providerArn) : null,
    unsettled: isUnderWay(record) || record.replaced !== undefined ? 1 : 0,
    record: writeVersion(secrets, record),
  }
}

type Deployed = Pick<FunctionVersion, 'code' | 'configuration'>

const layersOf = ({ configuration }: Deployed): string[] => layerCode(configuration).map(({ sha256 }) => sha256)

const codeOf = (deployed: Deployed): string[] => [nameOf(deployed.code), ...withMerged(layersOf(deployed))]

/** Images are told from zips by what stands before their digest. */
const IMAGE = 'image:'
const nameOf = ({ sha256, image }: CodePackage): string => (image ? `${IMAGE}${sha256}` : sha256)

/** The packages of the layers, and what they were merged into. */
const withMerged = (layers: readonly string[]): readonly string[] =>
  layers.length === 0 ? layers : [...layers, mergedSha256(layers)]

const keyOf = (account: string, functionName: string, version: string): string =>
  `${account}:${functionName}:${version}`
