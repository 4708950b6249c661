import type { FunctionVersion, Page } from '#resources'
import { decodeCursor, pageOf } from '../cursor.ts'
import type { ListFunctionsOptions } from '../function-store.ts'
import type { Database } from './database.ts'
import { numberOf } from './version-number.ts'

/** Keyset paging: each page begins behind the last key of the one before, which an index finds at once. */
export async function listVersions(
  queries: Database['queries'],
  parse: (row: { readonly record: string }) => FunctionVersion,
  account: string,
  { limit, after, allVersions, functionName, capacityProvider }: ListFunctionsOptions,
): Promise<Page<FunctionVersion>> {
  let query = queries.selectFrom('function_versions').where('account', '=', account).select('record')
  if (!allVersions) query = query.where('version_number', '=', 0)
  if (functionName !== undefined) query = query.where('function_name', '=', functionName)
  if (capacityProvider !== undefined) query = query.where('capacity_provider', '=', capacityProvider)
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
  return pageOf(rows.map(parse), limit, (version) => [version.functionName, numberOf(version.version) ?? 0])
}
