import type { Selectable } from 'kysely'
import type { Clock, Log } from '#base'
import type { OutboxMessage } from '#resources'
import type { OutboxLane, OutboxStore, StoredMessage } from '../outbox-store.ts'
import { commitAtLast } from './commit-at-last.ts'
import { Completions } from './completions.ts'
import type { Database, OutboxRow, Statement, StatementResult } from './database.ts'
import { endedColumns, readEnded } from './ended-event.ts'
import type { LaneRows } from './lanes/lane-rows.ts'
import { Lanes } from './lanes/lanes.ts'
import { readLane } from './lanes/read-lane.ts'

export async function openOutbox(database: Database, clock: Clock, log: Log): Promise<Outbox> {
  const lanes = new Lanes(outboxRows(database), clock)
  const found = await database.queries
    .selectFrom('outbox')
    .groupBy(['target', 'role'])
    .select((eb) => ['target', 'role', eb.fn.countAll<number>().as('count'), eb.fn.min('due_ms').as('dueMs')])
    .execute()
  for (const { target, role, count, dueMs } of found) lanes.found({ target, role }, count, dueMs)
  return new Outbox(database, lanes, clock, log)
}

export class Outbox implements OutboxStore {
  readonly #database: Database
  readonly #lanes: Lanes<OutboxLane, StoredMessage>
  readonly #completions: Completions<Completed>
  readonly #clock: Clock

  constructor(database: Database, lanes: Lanes<OutboxLane, StoredMessage>, clock: Clock, log: Log) {
    this.#database = database
    this.#lanes = lanes
    this.#clock = clock
    this.#completions = new Completions((messages) => this.#deleteRows(messages), log)
  }

  takeDue(nowMs: number): readonly OutboxLane[] {
    return this.#lanes.takeDue(nowMs)
  }

  claim(lane: OutboxLane, nowMs: number): Promise<StoredMessage | undefined> {
    return this.#lanes.claim(lane, nowMs)
  }

  delivered({ id, target, role }: StoredMessage): void {
    this.#completions.add({ id, target, role })
  }

  async retry(message: StoredMessage, dueMs: number): Promise<void> {
    const update = this.#database.queries
      .updateTable('outbox')
      .set({ due_ms: dueMs, tries: message.tries + 1 })
      .where('id', '=', message.id)
    await commitAtLast(this.#database.commit, this.#clock, [update.compile()])
    this.#lanes.postponed(message, dueMs)
  }

  count(account?: string): number {
    if (account === undefined) return this.#lanes.count - this.#completions.count()
    const isMeant = ({ role }: OutboxLane) => accountOf(role) === account
    return this.#lanes.countWhere(isMeant) - this.#completions.count(isMeant)
  }

  waitForWork(signal: AbortSignal): Promise<void> {
    return this.#lanes.waitForWork(signal)
  }

  insertion(message: OutboxMessage): Statement {
    return this.#database.queries.insertInto('outbox').values(rowOf(message)).returning('id').compile()
  }

  inserted(message: OutboxMessage, { rows }: StatementResult): void {
    this.#lanes.accepted({ ...message, id: Number(rows[0]?.id) })
  }

  removal(id: number): Statement {
    return this.#database.queries.deleteFrom('outbox').where('id', '=', id).compile()
  }

  removed(message: Completed, changes: number): void {
    this.#lanes.deleted(message, changes)
  }

  /** Writes the deletions that are still to be written. */
  close(): Promise<void> {
    return this.#completions.close()
  }

  async #deleteRows(messages: readonly Completed[]): Promise<void> {
    const results = await this.#database.commit(messages.map(({ id }) => this.removal(id)))
    for (const [i, message] of messages.entries()) this.removed(message, results[i]?.changes ?? 0)
  }
}

/** A function and its execution role are of the same account. */
const accountOf = (role: string) => role.split(':')[4]

/** What the deletion needs: payloads need not wait for it. */
type Completed = OutboxLane & Pick<StoredMessage, 'id'>

const outboxRows = ({ queries }: Database): LaneRows<OutboxLane, StoredMessage> =>
  readLane<OutboxLane, StoredMessage, Selectable<OutboxRow>>(queries, {
    name: 'outbox',
    keyOf: ({ target, role }) => `${target} ${role}`,
    columnsOf: ({ target, role }) => ({ target, role }),
    addressOf: ({ target, role }) => ({ target, role }),
    sizeOf: ({ event, end }) => event.payload.length + (end.answer?.payload.length ?? 0),
    itemOf: messageOf,
  })

function rowOf(message: OutboxMessage): Omit<OutboxRow, 'id'> {
  const { target, role, kind, uuid, tries, dueMs } = message
  return { target, role, due_ms: dueMs, tries, ...endedColumns(message, { kind, uuid }) }
}

function messageOf(row: Selectable<OutboxRow>): StoredMessage {
  const { kind, uuid, event, end } = readEnded(row) as Pick<OutboxMessage, 'kind' | 'uuid' | 'event' | 'end'>
  const { id, target, role, tries, due_ms } = row
  return { id, target, role, kind, uuid, event, end, tries, dueMs: due_ms }
}
