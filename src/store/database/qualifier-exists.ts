import type { FunctionSetting } from '#resources'
import type { Database, Statement } from './database.ts'
import { required } from './requirements.ts'
import { numberOf } from './version-number.ts'

/** Requires the version or the alias that a setting is for. */
export function qualifierExists(
  queries: Database['queries'],
  { account, functionName, qualifier }: FunctionSetting,
): Statement {
  const number = numberOf(qualifier)
  return required(
    number === undefined
      ? queries
          .selectFrom('aliases')
          .where('account', '=', account)
          .where('function_name', '=', functionName)
          .where('name', '=', qualifier)
          .select('name')
      : queries
          .selectFrom('function_versions')
          .where('account', '=', account)
          .where('function_name', '=', functionName)
          .where('version_number', '=', number)
          .select('version_number'),
  )
}
