import { type RawBuilder, sql } from 'kysely'
import type { FunctionSetting } from '#resources'
import type { Database, Statement } from './database.ts'
import { requireThat } from './requirements.ts'
import { numberOf } from './version-number.ts'

// What the database holds to be true when concurrency is reserved or provisioned: one row if it is, none if not.
// Changes that come at the same time are counted in turn.

type Queries = Database['queries']

const isReserved = (account: string, functionName: string) =>
  sql`EXISTS (SELECT 1 FROM reserved_concurrency WHERE account = ${account} AND function_name = ${functionName})`

const reservedBy = (account: string, functions: RawBuilder<unknown>) =>
  sql`(SELECT coalesce(sum(executions), 0) FROM reserved_concurrency WHERE account = ${account} AND ${functions})`

/** By functions that have reserved nothing. */
const provisionedBy = (account: string, settings: RawBuilder<unknown>) =>
  sql`(SELECT coalesce(sum(executions), 0) FROM function_settings s WHERE account = ${account} AND ${settings}
    AND NOT EXISTS (SELECT 1 FROM reserved_concurrency r WHERE r.account = s.account AND r.function_name = s.function_name))`

export const functionExists = (queries: Queries, account: string, functionName: string): Statement =>
  requireThat(
    queries,
    sql`EXISTS (SELECT 1 FROM function_versions WHERE account = ${account} AND function_name = ${functionName}
      AND version_number = 0)`,
  )

/** Everybody else leaves `room` for what a function is to reserve. */
export const leavesRoomToReserve = (queries: Queries, account: string, functionName: string, room: number): Statement =>
  requireThat(
    queries,
    sql`${reservedBy(account, sql`function_name <> ${functionName}`)}
      + ${provisionedBy(account, sql`function_name <> ${functionName}`)} <= ${room}`,
  )

export const coversProvisioned = (queries: Queries, account: string, functionName: string, executions: number) =>
  requireThat(
    queries,
    sql`(SELECT coalesce(sum(executions), 0) FROM function_settings
      WHERE account = ${account} AND function_name = ${functionName}) <= ${executions}`,
  )

/** No alias is provisioned that points to the version, nor is the version that the alias points to. */
export function isNotProvisionedOtherwise(
  queries: Queries,
  { account, functionName, qualifier }: FunctionSetting,
): Statement {
  const number = numberOf(qualifier)
  const otherwise =
    number === undefined
      ? sql`a.name = ${qualifier} AND s.qualifier = CAST(a.version_number AS TEXT)`
      : sql`a.version_number = ${number} AND s.qualifier = a.name`
  return requireThat(
    queries,
    sql`NOT EXISTS (SELECT 1 FROM function_settings s JOIN aliases a
      ON a.account = s.account AND a.function_name = s.function_name AND ${otherwise}
      WHERE s.account = ${account} AND s.function_name = ${functionName} AND s.kind = 'provisioned-concurrency')`,
  )
}

/** Where the function has reserved something, its other versions and aliases leave room for `executions`. */
export const fitsReservation = (
  queries: Queries,
  { account, functionName, qualifier }: FunctionSetting,
  executions: number,
): Statement =>
  requireThat(
    queries,
    sql`NOT ${isReserved(account, functionName)} OR
      (SELECT coalesce(sum(executions), 0) FROM function_settings
        WHERE account = ${account} AND function_name = ${functionName} AND qualifier <> ${qualifier}) + ${executions}
      <= ${reservedBy(account, sql`function_name = ${functionName}`)}`,
  )

/** Where the function has reserved nothing, everybody else leaves `room` for what is to be provisioned. */
export const leavesRoomToProvision = (
  queries: Queries,
  { account, functionName, qualifier }: FunctionSetting,
  room: number,
): Statement =>
  requireThat(
    queries,
    sql`${isReserved(account, functionName)} OR ${reservedBy(account, sql`1 = 1`)}
      + ${provisionedBy(account, sql`NOT (function_name = ${functionName} AND qualifier = ${qualifier})`)} <= ${room}`,
  )
