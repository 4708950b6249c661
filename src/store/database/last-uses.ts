import type { LastUse } from '#resources'
import type { LastUseStore } from '../identity-store.ts'
import type { Database } from './database.ts'

// AWS is not more exact either, and a busy key costs a look at a map this way.
const RESOLUTION_MS = 60_000

export function createLastUses({ queries, commit }: Database): LastUseStore {
  /** Noted and not yet written. */
  let pending = new Map<string, LastUse>()

  return {
    note(id, usedMs, service, region) {
      const noted = pending.get(id)
      if (noted && noted.service === service && usedMs - noted.usedMs < RESOLUTION_MS) return
      pending.set(id, { usedMs, service, region })
    },

    async find(id) {
      const noted = pending.get(id)
      if (noted) return noted
      const row = await queries.selectFrom('last_uses').where('id', '=', id).selectAll().executeTakeFirst()
      return row && { usedMs: row.used_ms, service: row.service, region: row.region }
    },

    async flush() {
      if (pending.size === 0) return
      const written = pending
      pending = new Map()
      const statements = [...written].map(([id, { usedMs, service, region }]) => {
        const columns = { used_ms: usedMs, service, region }
        return queries
          .insertInto('last_uses')
          .values({ id, ...columns })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
          .compile()
      })
      await commit(statements)
    },
  }
}
