import { type RawBuilder, sql } from 'kysely'
import { RequirementUnmet } from '../errors.ts'
import type { Database, Statement } from './database.ts'

/** Anything of Kysely's that compiles. */
interface Compilable {
  compile(): Statement
}

/** The statement, required to change or find a row: if it does not, its whole unit is undone. */
export function required(query: Compilable): Statement {
  const { sql, parameters } = query.compile()
  return { sql, parameters, required: true }
}

/** What must be true at this place of the unit. */
export const requireThat = (queries: Database['queries'], condition: RawBuilder<unknown>): Statement =>
  required({ compile: () => sql`SELECT 1 AS holds WHERE ${condition}`.compile(queries) })

/**
 * The index of the required statement for whose sake a commit did nothing; any other error is thrown on. To be called
 * in a `catch` right around `await commit(...)`: commits that share a transaction must reach their caches in the order
 * in which they were made, and one more promise between would let a later one pass.
 */
export function unmetIn(error: unknown): number {
  if (error instanceof RequirementUnmet) return error.statement
  throw error
}
