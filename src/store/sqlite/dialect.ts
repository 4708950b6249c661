import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { ReadConnection } from './connection.ts'

/** Kysely over the reading connection. Writes go through `commit`, so this driver has no transactions. */
export function createReadDialect(connection: ReadConnection): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => createReadDriver(connection),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

function createReadDriver(connection: ReadConnection): Driver {
  const readings: DatabaseConnection = {
    executeQuery: async <Result>({ sql, parameters }: CompiledQuery) => {
      const { rows } = await connection.query({ sql, parameters })
      return { rows: rows as Result[] }
    },
    // biome-ignore lint/correctness/useYield: it only refuses
    async *streamQuery() {
      throw new Error('Results are paged, not streamed.')
    },
  }
  const noTransactions = async () => {
    throw new Error('This connection only reads: writes are committed as one message.')
  }
  return {
    init: async () => {},
    acquireConnection: async () => readings,
    releaseConnection: async () => {},
    beginTransaction: noTransactions,
    commitTransaction: noTransactions,
    rollbackTransaction: noTransactions,
    destroy: async () => {},
  }
}
