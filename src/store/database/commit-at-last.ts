import type { Clock } from '#base'
import { RequirementUnmet } from '../errors.ts'
import type { Database, Statement, StatementResult } from './database.ts'

// A full disk may be made room on within a minute; after that an event waits for the next start.
const MAXIMUM_TRIES = 60
const TRY_AGAIN_MS = 1_000

/** A commit that fails is tried again for a while, because until it succeeds nobody else can have the event. */
export async function commitAtLast(
  commit: Database['commit'],
  clock: Clock,
  statements: readonly Statement[],
): Promise<readonly StatementResult[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await commit(statements)
    } catch (error) {
      if (tries === MAXIMUM_TRIES || error instanceof RequirementUnmet) throw error
      await clock.sleep(TRY_AGAIN_MS)
    }
  }
}
