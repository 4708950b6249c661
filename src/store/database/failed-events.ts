import type { Selectable } from 'kysely'
import type { Log } from '#base'
import type { FailedEvent } from '#resources'
import { decodeCursor, pageOf } from '../cursor.ts'
import type {
  FailedEventStore,
  ListedFailedEvent,
  ListFailedEventsOptions,
  StoredFailedEvent,
} from '../failed-event-store.ts'
import type { Belongings, Database, FailedEventRow, Statement, StatementResult } from './database.ts'
import { type EndedRecord, endedColumns, readEnded, readEndedRecord } from './ended-event.ts'

// Beyond them the oldest go, of the account that has most: a function that fails all day must not fill the disk.
const MAXIMUM_EVENTS = 100_000
const MAXIMUM_BYTES = 1024 * 1024 * 1024
// One transaction deletes so many.
const BATCH = 500
// And when the oldest go only so much, so that a few large ones do not take all others with them.
const TRIM_BYTES = 16 * 1024 * 1024

export async function openFailedEvents(database: Database, log: Log): Promise<FailedEvents> {
  const found = await database.queries
    .selectFrom('failed_events')
    .groupBy('account')
    .select((eb) => ['account', eb.fn.countAll<number>().as('count'), eb.fn.sum<number>('size_bytes').as('bytes')])
    .execute()
  return new FailedEvents(database, new Map(found.map(({ account, ...kept }) => [account, kept])), log)
}

/** What is kept of an account. */
interface Kept {
  readonly count: number
  readonly bytes: number
}

const NOTHING: Kept = { count: 0, bytes: 0 }

export class FailedEvents implements FailedEventStore, Belongings {
  readonly #database: Database
  readonly #log: Log
  readonly #kept: Map<string, Kept>
  #trimming: Promise<void> | undefined

  constructor(database: Database, found: ReadonlyMap<string, Kept>, log: Log) {
    this.#database = database
    this.#kept = new Map(found)
    this.#log = log
  }

  async find(account: string, id: number): Promise<StoredFailedEvent | undefined> {
    const row = await this.#rows(account).selectAll().where('id', '=', id).executeTakeFirst()
    return row && failedEventOf(row)
  }

  async list(account: string, { limit, after, functionName }: ListFailedEventsOptions) {
    const [before] = after === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(after, [0] as readonly [number])
    const rows = await this.#rows(account, functionName)
      .select(['id', 'record'])
      .where('id', '<', before)
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
    const page = pageOf(rows, limit, ({ id }) => [id])
    return { ...page, items: page.items.map(listedOf) }
  }

  async purge(account: string, functionName?: string): Promise<number> {
    let purged = 0
    for (;;) {
      const some = this.#rows(account, functionName).select('id').limit(BATCH)
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

  count(account?: string): number {
    return account === undefined ? this.#total.count : this.#keptOf(account).count
  }

  insertion(failed: FailedEvent): Statement {
    return this.#database.queries.insertInto('failed_events').values(rowOf(failed)).compile()
  }

  inserted(failed: FailedEvent): void {
    this.#add(failed.event.account, 1, sizeOf(failed))
    this.#trim()
  }

  removal(id: number): Statement {
    return this.#database.queries.deleteFrom('failed_events').where('id', '=', id).compile()
  }

  removed(failed: StoredFailedEvent, changes: number): void {
    this.#add(failed.event.account, -changes, -changes * sizeOf(failed))
  }

  deletion(account: string, functionName: string): Statement {
    return this.#database.queries
      .deleteFrom('failed_events')
      .where('account', '=', account)
      .where('function_name', '=', functionName)
      .returning(['account', 'size_bytes'])
      .compile()
  }

  deleted(_account: string, _functionName: string, result: StatementResult): void {
    this.#forget(result)
  }

  async close(): Promise<void> {
    await this.#trimming
  }

  #rows(account: string, functionName?: string) {
    const ofAccount = this.#database.queries.selectFrom('failed_events').where('account', '=', account)
    return functionName === undefined ? ofAccount : ofAccount.where('function_name', '=', functionName)
  }

  #trim(): void {
    if (shareOf(this.#total) <= 1) return
    this.#trimming ??= this.#deleteOldest()
      .catch((cause) => this.#log.error('failed events could not be deleted', { cause }))
      .finally(() => {
        this.#trimming = undefined
      })
  }

  async #deleteOldest(): Promise<void> {
    while (shareOf(this.#total) > 1) {
      const [account] = [...this.#kept].reduce((most, next) => (shareOf(next[1]) > shareOf(most[1]) ? next : most))
      const oldest = await this.#rows(account).select(['id', 'size_bytes']).orderBy('id').limit(BATCH).execute()
      const ids = firstOf(oldest, TRIM_BYTES)
      if (ids.length === 0 || (await this.#delete((rows) => rows.where('id', 'in', ids))) === 0) return
    }
  }

  async #delete(which: (rows: Deletion) => Deletion): Promise<number> {
    const statement = which(deletionFrom(this.#database)).returning(['account', 'size_bytes']).compile()
    const [result] = await this.#database.commit([statement])
    return result ? this.#forget(result) : 0
  }

  #forget({ rows }: StatementResult): number {
    for (const { account, size_bytes } of rows) this.#add(String(account), -1, -Number(size_bytes))
    return rows.length
  }

  get #total(): Kept {
    return [...this.#kept.values()].reduce(sumOf, NOTHING)
  }

  #keptOf(account: string): Kept {
    return this.#kept.get(account) ?? NOTHING
  }

  #add(account: string, count: number, bytes: number): void {
    this.#kept.set(account, sumOf(this.#keptOf(account), { count, bytes }))
  }
}

type Deletion = ReturnType<typeof deletionFrom>
const deletionFrom = ({ queries }: Database) => queries.deleteFrom('failed_events')

const sumOf = (a: Kept, b: Kept): Kept => ({ count: a.count + b.count, bytes: a.bytes + b.bytes })

/** As many as have so many bytes, but at least one. */
function firstOf(rows: readonly { readonly id: number; readonly size_bytes: number }[], limitBytes: number) {
  let bytes = 0
  const end = rows.findIndex(({ size_bytes }, i) => {
    bytes += size_bytes
    return bytes > limitBytes && i > 0
  })
  return rows.slice(0, end < 0 ? rows.length : end).map(({ id }) => id)
}

/** Of what all accounts may keep. */
const shareOf = ({ count, bytes }: Kept) => Math.max(count / MAXIMUM_EVENTS, bytes / MAXIMUM_BYTES)

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

function listedOf({ id, record }: Pick<Selectable<FailedEventRow>, 'id' | 'record'>): ListedFailedEvent {
  const { event, end, undeliveredTo } = readEndedRecord(record) as EndedRecord & Pick<FailedEvent, 'undeliveredTo'>
  return { id, event, end, ...(undeliveredTo !== undefined && { undeliveredTo }) }
}

function failedEventOf(row: Selectable<FailedEventRow>): StoredFailedEvent {
  const { event, end, undeliveredTo } = readEnded(row) as FailedEvent
  return { id: row.id, event, end, ...(undeliveredTo !== undefined && { undeliveredTo }) }
}
