import { type Selectable, sql } from 'kysely'
import type { FunctionAddress, QueuedEvent } from '#resources'
import type { Retry, StoredEvent } from '../event-store.ts'
import type { Database, EventRow, Statement } from './database.ts'
import type { LaneRows, Position } from './lanes/lane-rows.ts'

/** The statements of the queue's hot path, compiled once; each call only fills in the values. */
export function prepareEventStatements({ queries }: Database) {
  const example = columnsOf({
    requestId: '',
    account: '',
    functionName: '',
    payload: Buffer.alloc(0),
    traceHeader: '',
    acceptedMs: 0,
    attempts: 0,
    dueMs: 0,
  })
  const insert = queries.insertInto('events').values(example).returning('id').compile().sql
  const remove = queries.deleteFrom('events').where('id', '=', 0).compile().sql
  return {
    insert: (event: QueuedEvent): Statement => ({ sql: insert, parameters: Object.values(columnsOf(event)) }),
    remove: (id: number): Statement => ({ sql: remove, parameters: [id] }),
    retry: (id: number, { attempts, dueMs, lastError }: Retry): Statement =>
      queries
        .updateTable('events')
        .set({
          attempts,
          due_ms: dueMs,
          ...(lastError && { executed_version: lastError.executedVersion, error: lastError.payload }),
        })
        .where('id', '=', id)
        .compile(),
  }
}

/** The events of an address, in the order of their due times. */
export function eventRows({ queries }: Database): LaneRows<FunctionAddress, StoredEvent> {
  const after = ({ account, functionName, qualifier = '' }: FunctionAddress, { dueMs, id }: Position) =>
    queries
      .selectFrom('events')
      .where('account', '=', account)
      .where('function_name', '=', functionName)
      .where('qualifier', '=', qualifier)
      .where(({ eb, refTuple, tuple }) => eb(refTuple('due_ms', 'id'), '>', tuple(dueMs, id)))

  return {
    keyOf: ({ account, functionName, qualifier = '' }) => `${account}:${functionName}:${qualifier}`,
    addressOf: ({ account, functionName, qualifier }) => ({
      account,
      functionName,
      ...(qualifier !== undefined && { qualifier }),
    }),
    sizeOf: ({ payload, lastError }) => payload.length + (lastError?.payload.length ?? 0),

    list: (address, position, untilMs, limit) =>
      after(address, position)
        .where('due_ms', '<=', untilMs)
        .orderBy('due_ms')
        .orderBy('id')
        .limit(limit)
        .select(['id', 'due_ms as dueMs', sql<number>`length(payload) + coalesce(length(error), 0)`.as('bytes')])
        .execute(),

    async read(address, position, last) {
      const rows = await after(address, position)
        .where(({ eb, refTuple, tuple }) => eb(refTuple('due_ms', 'id'), '<=', tuple(last.dueMs, last.id)))
        .orderBy('due_ms')
        .orderBy('id')
        .selectAll()
        .execute()
      return rows.map(eventOf)
    },

    async firstDueMs(address, position) {
      const first = await after(address, position).orderBy('due_ms').limit(1).select('due_ms').executeTakeFirst()
      return first?.due_ms
    },
  }
}

function eventOf(row: Selectable<EventRow>): StoredEvent {
  return {
    id: row.id,
    requestId: row.request_id,
    account: row.account,
    functionName: row.function_name,
    ...(row.qualifier !== '' && { qualifier: row.qualifier }),
    payload: bufferOf(row.payload),
    traceHeader: row.trace_header,
    acceptedMs: row.accepted_ms,
    attempts: row.attempts,
    ...(row.executed_version !== null &&
      row.error !== null && { lastError: { executedVersion: row.executed_version, payload: bufferOf(row.error) } }),
    dueMs: row.due_ms,
  }
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array) => Buffer.from(buffer, byteOffset, byteLength)

/** The order of the members is the order of the parameters. */
function columnsOf(event: QueuedEvent) {
  return {
    due_ms: event.dueMs,
    account: event.account,
    function_name: event.functionName,
    qualifier: event.qualifier ?? '',
    request_id: event.requestId,
    trace_header: event.traceHeader,
    accepted_ms: event.acceptedMs,
    attempts: event.attempts,
    payload: event.payload,
  }
}
