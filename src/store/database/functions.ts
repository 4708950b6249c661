import assert from 'node:assert/strict'
import { type FunctionVersion, LATEST, type Page } from '#resources'
import { decodeCursor, pageOf } from '../cursor.ts'
import type { FunctionStore, ListFunctionsOptions } from '../function-store.ts'
import type { Database } from './database.ts'
import { FunctionCache } from './function-cache.ts'

export function createFunctionStore({ queries, commit }: Database): FunctionStore {
  const cache = new FunctionCache()

  const rowsOf = (account: string, functionName: string) =>
    queries.selectFrom('function_versions').where('account', '=', account).where('function_name', '=', functionName)

  return {
    peek: (account, functionName, version) => cache.get(account, functionName, version) ?? 'unknown',

    async find(account, functionName, version) {
      const known = cache.get(account, functionName, version)
      const number = numberOf(version)
      if (known || number === undefined) return known
      const remember = cache.beginRead()
      const row = await rowsOf(account, functionName)
        .where('version_number', '=', number)
        .select('record')
        .executeTakeFirst()
      if (!row) return undefined
      const record = parse(row)
      remember(record)
      return record
    },

    async create(record) {
      const insert = queries.insertInto('function_versions').values(rowOf(record))
      const [inserted] = await commit([insert.onConflict((conflict) => conflict.doNothing()).compile()])
      if (!inserted?.changes) return false
      cache.replace(record)
      return true
    },

    async update(record, expectedRevisionId) {
      const { account, function_name, version_number, ...columns } = rowOf(record)
      const update = queries
        .updateTable('function_versions')
        .set(columns)
        .where('account', '=', account)
        .where('function_name', '=', function_name)
        .where('version_number', '=', version_number)
        .where('revision_id', '=', expectedRevisionId)
      const [updated] = await commit([update.compile()])
      if (!updated?.changes) return false
      cache.replace(record)
      return true
    },

    async delete(account, functionName, version) {
      const number = version === undefined ? undefined : numberOf(version)
      if (version !== undefined && number === undefined) return false
      let remove = queries
        .deleteFrom('function_versions')
        .where('account', '=', account)
        .where('function_name', '=', functionName)
      if (number !== undefined) remove = remove.where('version_number', '=', number)
      const [removed] = await commit([remove.returning('version_number').compile()])
      const rows = removed?.rows ?? []
      for (const { version_number } of rows) cache.remove(account, functionName, versionOf(Number(version_number)))
      return rows.length > 0
    },

    list: (account, options) => list(queries, account, options),

    async listUnsettled() {
      const rows = await queries.selectFrom('function_versions').where('unsettled', '=', 1).select('record').execute()
      return rows.map(parse)
    },

    async usedCode() {
      const rows = await queries.selectFrom('function_versions').select('code_sha256').distinct().execute()
      return new Set(rows.map((row) => row.code_sha256))
    },
  }
}

/** Keyset paging: each page begins behind the last key of the one before, which an index finds at once. */
async function list(
  queries: Database['queries'],
  account: string,
  { limit, after, allVersions }: ListFunctionsOptions,
): Promise<Page<FunctionVersion>> {
  let query = queries.selectFrom('function_versions').where('account', '=', account).select('record')
  if (!allVersions) query = query.where('version_number', '=', 0)
  query = query
    .orderBy('function_name')
    .orderBy('version_number')
    .limit(limit + 1)
  if (after !== undefined) {
    const [name, number] = decodeCursor(after, ['', 0] as readonly [string, number])
    query = allVersions
      ? query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('function_name', 'version_number'), '>', tuple(name, number)),
        )
      : query.where('function_name', '>', name)
  }
  const rows = await query.execute()
  return pageOf(rows.map(parse), limit, ({ functionName, version }) => [functionName, numberOf(version) ?? 0])
}

function rowOf(record: FunctionVersion) {
  const number = numberOf(record.version)
  assert(number !== undefined, 'a version is $LATEST or a number')
  return {
    account: record.account,
    function_name: record.functionName,
    version_number: number,
    revision_id: record.revisionId,
    code_sha256: record.code.sha256,
    unsettled: record.state === 'Pending' || record.lastUpdateStatus === 'InProgress' ? 1 : 0,
    record: JSON.stringify(record),
  }
}

const parse = ({ record }: { readonly record: string }): FunctionVersion => JSON.parse(record)

/** Undefined for what cannot be a version. */
function numberOf(version: string): number | undefined {
  if (version === LATEST) return 0
  return /^[1-9]\d{0,14}$/.test(version) ? Number(version) : undefined
}

const versionOf = (number: number): string => (number === 0 ? LATEST : String(number))
