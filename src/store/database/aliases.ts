import type { Alias } from '#resources'
import type { AliasStore, AliasWrite } from '../alias-store.ts'
import { decodeCursor, pageOf } from '../cursor.ts'
import type { Belongings, Database, QualifierBelongings, Statement } from './database.ts'
import { RecordCache } from './record-cache.ts'
import { required, unmetIn } from './requirements.ts'
import { numberOf } from './version-number.ts'

export function createAliasStore(
  { queries, commit }: Database,
  belongings: readonly QualifierBelongings[] = [],
): AliasStore & Belongings {
  const cache = new RecordCache<Alias>(({ account, functionName, name }) => keyOf(account, functionName, name))

  const ofFunction = (account: string, functionName: string) =>
    queries.selectFrom('aliases').where('account', '=', account).where('function_name', '=', functionName)

  return {
    peek: (account, functionName, name) => cache.get(keyOf(account, functionName, name)) ?? 'unknown',

    async find(account, functionName, name) {
      const known = cache.get(keyOf(account, functionName, name))
      if (known) return known
      const remember = cache.beginRead()
      const row = await ofFunction(account, functionName).where('name', '=', name).select('record').executeTakeFirst()
      if (!row) return undefined
      const alias = parse(row)
      remember(alias)
      return alias
    },

    create(alias) {
      const insert = queries.insertInto('aliases').values(rowOf(alias))
      return write(alias, required(insert.onConflict((conflict) => conflict.doNothing())))
    },

    update(alias, expectedRevisionId) {
      const { account, function_name, name, ...columns } = rowOf(alias)
      const update = queries
        .updateTable('aliases')
        .set(columns)
        .where('account', '=', account)
        .where('function_name', '=', function_name)
        .where('name', '=', name)
        .where('revision_id', '=', expectedRevisionId)
      return write(alias, required(update))
    },

    async delete(account, functionName, name) {
      const remove = queries
        .deleteFrom('aliases')
        .where('account', '=', account)
        .where('function_name', '=', functionName)
        .where('name', '=', name)
      const [removed] = await commit([
        remove.compile(),
        ...belongings.map((belonging) => belonging.deletionAt(account, functionName, name)),
      ])
      if (!removed?.changes) return false
      cache.remove(keyOf(account, functionName, name))
      for (const belonging of belongings) belonging.deletedAt(account, functionName, name)
      return true
    },

    async list(account, functionName, { limit, after, version }) {
      let query = ofFunction(account, functionName)
        .select('record')
        .orderBy('name')
        .limit(limit + 1)
      if (after !== undefined) query = query.where('name', '>', decodeCursor(after, [''] as readonly [string])[0])
      const number = version === undefined ? undefined : (numberOf(version) ?? NO_VERSION)
      if (number !== undefined)
        query = query.where((eb) => eb.or([eb('version_number', '=', number), eb('weighted_number', '=', number)]))
      const rows = await query.execute()
      return pageOf(rows.map(parse), limit, ({ name }) => [name])
    },

    deletion: (account, functionName) =>
      queries
        .deleteFrom('aliases')
        .where('account', '=', account)
        .where('function_name', '=', functionName)
        .returning('name')
        .compile(),

    deleted(account, functionName, { rows }) {
      for (const { name } of rows) cache.remove(keyOf(account, functionName, String(name)))
    },
  }

  /** Writes the alias if its versions exist. */
  async function write(alias: Alias, statement: Statement): Promise<AliasWrite> {
    const versions = [alias.version, ...(alias.routing ? [alias.routing.version] : [])]
    try {
      await commit([...versions.map((version) => versionExists(alias, version)), statement])
    } catch (error) {
      const missingVersion = versions[unmetIn(error)]
      return missingVersion === undefined ? 'in-the-way' : { missingVersion }
    }
    cache.replace(alias)
    return 'written'
  }

  function versionExists({ account, functionName }: Alias, version: string): Statement {
    return required(
      queries
        .selectFrom('function_versions')
        .where('account', '=', account)
        .where('function_name', '=', functionName)
        .where('version_number', '=', numberOf(version) ?? NO_VERSION)
        .select('version_number'),
    )
  }
}

// Of no version: a row with it is never written, because the version is required to exist.
const NO_VERSION = -1

function rowOf(alias: Alias) {
  return {
    account: alias.account,
    function_name: alias.functionName,
    name: alias.name,
    revision_id: alias.revisionId,
    version_number: numberOf(alias.version) ?? NO_VERSION,
    weighted_number: alias.routing ? (numberOf(alias.routing.version) ?? NO_VERSION) : null,
    record: JSON.stringify(alias),
  }
}

const parse = ({ record }: { readonly record: string }): Alias => JSON.parse(record)

const keyOf = (account: string, functionName: string, name: string): string => `${account}:${functionName}:${name}`
