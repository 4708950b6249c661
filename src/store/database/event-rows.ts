import type { Selectable } from 'kysely'
import type { QueuedEvent } from '#resources'
import type { StoredEvent } from '../event-store.ts'
import type { Database, EventRow, Statement } from './database.ts'

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
  }
}

export function eventOf(row: Selectable<EventRow>): StoredEvent {
  return {
    id: row.id,
    requestId: row.request_id,
    account: row.account,
    functionName: row.function_name,
    ...(row.qualifier === null ? {} : { qualifier: row.qualifier }),
    payload: Buffer.from(row.payload.buffer, row.payload.byteOffset, row.payload.byteLength),
    traceHeader: row.trace_header,
    acceptedMs: row.accepted_ms,
    attempts: row.attempts,
    dueMs: row.due_ms,
  }
}

/** The order of the members is the order of the parameters. */
function columnsOf(event: QueuedEvent) {
  return {
    due_ms: event.dueMs,
    account: event.account,
    function_name: event.functionName,
    qualifier: event.qualifier ?? null,
    request_id: event.requestId,
    trace_header: event.traceHeader,
    accepted_ms: event.acceptedMs,
    attempts: event.attempts,
    payload: event.payload,
  }
}
