import type { Selectable } from 'kysely'
import type { Log } from '#base'
import type { FailedEvent } from '#resources'
import { decodeCursor, pageOf } from '../cursor.ts'
import type { FailedEventStore, ListFailedEventsOptions, StoredFailedEvent } from '../failed-event-store.ts'
import type { Belongings, Database, FailedEventRow, Statement, StatementResult } from './database.ts'
import { endedColumns, readEnded } from './ended-event.ts'

// Beyond them the oldest go: a function that fails all day must not fill the disk.
const MAXIMUM_EVENTS = 100_000
const MAXIMUM_BYTES = 1024 * 1024 * 1024
// One transaction deletes so many.
const BATCH = 500

export async function openFailedEvents(database: Database, log: Log): Promise<FailedEvents> {
  const { count, bytes } = await database.queries
    .selectFrom('failed_events')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.sum<number | null>('size_bytes').as('bytes')])
    .executeTakeFirstOrThrow()
  return new FailedEvents(database, { count, bytes: bytes ?? 0 }, log)
}

export class FailedEvents implements FailedEventStore, Belongings {
  readonly #database: Database
  readonly #log: Log
  #count: number
  #bytes: number
  #trimming: Promise<void> | undefined

  constructor(database: Database, found: { readonly count: number; readonly bytes: number }, log: Log) {
    this.#database = database
    this.#count = found.count
    this.#bytes = found.bytes
    this.#log = log
  }

  async find(account: string, id: number): Promise<StoredFailedEvent | undefined> {
    const row = await this.#rows(account).where('id', '=', id).executeTakeFirst()
    return row && failedEventOf(row)
  }

  async list(account: string, { limit, after, functionName }: ListFailedEventsOptions) {
    const [before] = after === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(after, [0] as readonly [number])
    const rows = await this.#rows(account, functionName)
      .where('id', '<', before)
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
    const page = pageOf(rows, limit, ({ id }) => [id])
    return { ...page, items: page.items.map(failedEventOf) }
  }

  async purge(account: string, functionName?: string): Promise<number> {
    let purged = 0
    for (;;) {
      const some = this.#rows(account, functionName).clearSelect().select('id').limit(BATCH)
      const deleted = await this.#delete((rows) => rows.where('id', 'in', some))
      purged += deleted
      if (deleted < BATCH) return purged
    }
  }

  async expire(beforeMs: number): Promise<void> {
    const { queries } = this.#database
    const some = queries.selectFrom('failed_events').where('ended_ms', '<', beforeMs).select('id').limit(BATCH)
    while ((await this.#delete((rows) => rows.where('id', 'in', some))) === BATCH);
  }

  count(): number {
    return this.#count
  }

  insertion(failed: FailedEvent): Statement {
    return this.#database.queries.insertInto('failed_events').values(rowOf(failed)).returning('size_bytes').compile()
  }

  inserted(_failed: FailedEvent, { rows }: StatementResult): void {
    this.#count++
    this.#bytes += Number(rows[0]?.size_bytes)
    this.#trim()
  }

  removal(id: number): Statement {
    return this.#database.queries.deleteFrom('failed_events').where('id', '=', id).compile()
  }

  removed(failed: StoredFailedEvent, changes: number): void {
    this.#count -= changes
    this.#bytes -= changes * sizeOf(failed)
  }

  deletion(account: string, functionName: string): Statement {
    return this.#database.queries
      .deleteFrom('failed_events')
      .where('account', '=', account)
      .where('function_name', '=', functionName)
      .returning('size_bytes')
      .compile()
  }

  deleted(_account: string, _functionName: string, result: StatementResult): void {
    this.#forget(result)
  }

  async close(): Promise<void> {
    await this.#trimming
  }

  #rows(account: string, functionName?: string) {
    const ofAccount = this.#database.queries.selectFrom('failed_events').selectAll().where('account', '=', account)
    return functionName === undefined ? ofAccount : ofAccount.where('function_name', '=', functionName)
  }

  #trim(): void {
    if (this.#count <= MAXIMUM_EVENTS && this.#bytes <= MAXIMUM_BYTES) return
    this.#trimming ??= this.#deleteOldest()
      .catch((cause) => this.#log.error('failed events could not be deleted', { cause }))
      .finally(() => {
        this.#trimming = undefined
      })
  }

  async #deleteOldest(): Promise<void> {
    const oldest = this.#database.queries.selectFrom('failed_events').select('id').orderBy('id').limit(BATCH)
    while (this.#count > MAXIMUM_EVENTS || this.#bytes > MAXIMUM_BYTES)
      await this.#delete((rows) => rows.where('id', 'in', oldest))
  }

  async #delete(which: (rows: Deletion) => Deletion): Promise<number> {
    const statement = which(this.#database.queries.deleteFrom('failed_events')).returning('size_bytes').compile()
    const [result] = await this.#database.commit([statement])
    return result ? this.#forget(result) : 0
  }

  #forget({ rows }: StatementResult): number {
    this.#count -= rows.length
    for (const { size_bytes } of rows) this.#bytes -= Number(size_bytes)
    return rows.length
  }
}

type Deletion = ReturnType<typeof deletionFrom>
const deletionFrom = ({ queries }: Database) => queries.deleteFrom('failed_events')

const sizeOf = ({ event, end }: FailedEvent) => event.payload.length + (end.answer?.payload.length ?? 0)

function rowOf(failed: FailedEvent): Omit<FailedEventRow, 'id'> {
  const { event, end, undeliveredTo } = failed
  return {
    account: event.account,
    function_name: event.functionName,
    ended_ms: end.endedMs,
    size_bytes: sizeOf(failed),
    ...endedColumns(failed, { undeliveredTo }),
  }
}

function failedEventOf(row: Selectable<FailedEventRow>): StoredFailedEvent {
  const { event, end, undeliveredTo } = readEnded(row) as FailedEvent
  return { id: row.id, event, end, ...(undeliveredTo !== undefined && { undeliveredTo }) }
}
