import type { Selectable } from 'kysely'
import type { FunctionAddress, QueuedEvent } from '#resources'
import type { Retry, StoredEvent } from '../event-store.ts'
import { bufferOf } from './buffer-of.ts'
import type { Database, EventRow, Statement } from './database.ts'
import type { LaneRows } from './lanes/lane-rows.ts'
import { readLane } from './lanes/read-lane.ts'

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
          ...(lastError && { executed_version: lastError.executedVersion, answer: lastError.payload }),
        })
        .where('id', '=', id)
        .compile(),
  }
}

/** The events of an address, in the order of their due times. */
export const eventRows = ({ queries }: Pick<Database, 'queries'>): LaneRows<FunctionAddress, StoredEvent> =>
  readLane<FunctionAddress, StoredEvent, Selectable<EventRow>>(queries, {
    name: 'events',
    keyOf: ({ account, functionName, qualifier = '' }) => `${account}:${functionName}:${qualifier}`,
    columnsOf: ({ account, functionName, qualifier = '' }) => ({ account, function_name: functionName, qualifier }),
    addressOf: laneOf,
    sizeOf: ({ payload, lastError }) => payload.length + (lastError?.payload.length ?? 0),
    itemOf: eventOf,
  })

/** What is addressed, without the event. */
export const laneOf = ({ account, functionName, qualifier }: FunctionAddress): FunctionAddress => ({
  account,
  functionName,
  ...(qualifier !== undefined && { qualifier }),
})

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
      row.answer !== null && { lastError: { executedVersion: row.executed_version, payload: bufferOf(row.answer) } }),
    dueMs: row.due_ms,
  }
}

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
