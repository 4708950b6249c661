import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type Transferable, workerData } from 'node:worker_threads'
import { answerRequests } from '../thread.ts'
import { fillLog } from './fill-log.ts'
import {
  isUnmet,
  type Row,
  type SqlRequest,
  type Statement,
  type StatementResult,
  type Unit,
  type UnitOutcome,
  unpackValue,
} from './messages.ts'

/** One SQLite connection on a thread of its own, so that no commit is waited for where invocations are dispatched. */
const { file, readOnly } = workerData as { file: string; readOnly: boolean }
answerRequests<SqlRequest, readonly UnitOutcome[]>(
  (request) => {
    const outcomes = readOnly ? read(request) : commit(request)
    return { reply: outcomes, transfer: outcomes.flatMap(binariesIn) }
  },
  () => database?.close(),
)

// A little more than is copied into the database at a time.
const LOG_BYTES = 17 * 1024 * 1024
// No start waits for it, and whoever opens a store for a moment goes without.
const FILL_AFTER_MS = 1_000

let database: DatabaseSync | undefined

/** Opened when first needed: the thread that reads starts while the database is still brought up to date. */
function open(): DatabaseSync {
  const opened = new DatabaseSync(file, { readOnly, timeout: 5_000 })
  if (readOnly) return opened
  opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  // The WAL is copied into the database after this many pages (16 MiB): rarer, longer pauses cost a steady queue less.
  opened.exec('PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864')
  setTimeout(() => fillLog(`${file}-wal`, LOG_BYTES), FILL_AFTER_MS).unref()
  return opened
}

/** All units in one transaction. When one fails, each gets its own, so that neighbours do not fail with it. */
function commit({ units, bytes }: SqlRequest): readonly UnitOutcome[] {
  try {
    return inTransaction((connection) => units.map((unit) => runUnit(connection, unit, bytes)))
  } catch (error) {
    if (units.length === 1) return [error as Error]
    return units.flatMap((unit) => commit({ units: [unit], bytes }))
  }
}

/** A unit that requires something is undone alone when it does not find it. */
function runUnit(connection: DatabaseSync, unit: Unit, bytes: ArrayBuffer): UnitOutcome {
  if (!unit.some(({ required }) => required)) return unit.map((statement) => run(statement, bytes))
  connection.exec('SAVEPOINT unit')
  const results: StatementResult[] = []
  for (const statement of unit) {
    const result = run(statement, bytes)
    if (statement.required && result.changes === 0) {
      connection.exec('ROLLBACK TO unit; RELEASE unit')
      return { unmet: results.length }
    }
    results.push(result)
  }
  connection.exec('RELEASE unit')
  return results
}

function inTransaction<Result>(work: (connection: DatabaseSync) => Result): Result {
  database ??= open()
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work(database)
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

const read = ({ units, bytes }: SqlRequest): readonly UnitOutcome[] =>
  units.map((unit) => {
    try {
      return unit.map((statement) => run(statement, bytes))
    } catch (error) {
      return error as Error
    }
  })

function run({ sql, parameters }: Statement, bytes: ArrayBuffer): StatementResult {
  const { statement, returnsRows } = prepare(sql)
  const values = parameters.map((value) => unpackValue(value, bytes))
  if (!returnsRows) return { rows: [], changes: Number(statement.run(...values).changes) }
  const rows = statement.all(...values) as Row[]
  return { rows, changes: rows.length }
}

interface Prepared {
  readonly statement: StatementSync
  readonly returnsRows: boolean
}

const prepared = new Map<string, Prepared>()
// The program has a few dozen statements; lists of values of different length make some more.
const MAXIMUM_PREPARED = 500

function prepare(sql: string): Prepared {
  const known = prepared.get(sql)
  if (known) return known
  if (prepared.size >= MAXIMUM_PREPARED) prepared.clear()
  database ??= open()
  const statement = database.prepare(sql)
  const fresh = { statement, returnsRows: statement.columns().length > 0 }
  prepared.set(sql, fresh)
  return fresh
}

/** Buffers of binary columns, to be moved and not copied. */
function binariesIn(outcome: UnitOutcome): Transferable[] {
  if (outcome instanceof Error || isUnmet(outcome)) return []
  const values = outcome.flatMap(({ rows }) => rows.flatMap((row) => Object.values(row)))
  return values.flatMap((value) => (value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []))
}
