import { type ExpressionBuilder, sql } from 'kysely'
import type { Schema } from './database.ts'

/** For `where`: the path begins with the prefix, whatever characters it has. */
export const startsWith =
  (prefix = '') =>
  <Table extends 'principals' | 'managed_policies'>({ eb, fn, val }: ExpressionBuilder<Schema, Table>) =>
    eb(fn<string>('substr', [sql.ref('path'), val(1), val(prefix.length)]), '=', prefix)
