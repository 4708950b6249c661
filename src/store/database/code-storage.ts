import { sql } from 'kysely'
import { CodeStorageFull } from '../errors.ts'
import type { Database, Statement } from './database.ts'
import { requireThat } from './requirements.ts'

const sizeOf = (table: string, account: string) =>
  sql`(SELECT coalesce(sum(code_size), 0) FROM ${sql.table(table)} WHERE account = ${account})`

/** The last statement of a unit that adds code: with it, every version and layer version of the account fit the limit. */
export const codeFits = (queries: Database['queries'], account: string, limitBytes: number): Statement =>
  requireThat(
    queries,
    sql`${sizeOf('function_versions', account)} + ${sizeOf('layer_versions', account)} <= ${limitBytes}`,
  )

/** Throws CodeStorageFull when the requirement that a commit did not meet is that of `codeFits`. */
export function refuseFull(unmet: number, statements: readonly Statement[], fits: Statement): void {
  if (statements[unmet] === fits) throw new CodeStorageFull()
}
