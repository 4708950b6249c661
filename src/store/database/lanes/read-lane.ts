import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database.ts'
import type { LaneRows, Position, Waiting } from './lane-rows.ts'

/** A table with the columns `id`, `due_ms`, `payload` and `answer`, and an index that begins with those of the address. */
export interface LaneTable<Address, Item extends Waiting & Address, Row>
  extends Pick<LaneRows<Address, Item>, 'keyOf' | 'addressOf' | 'sizeOf'> {
  readonly name: 'events' | 'outbox'
  columnsOf(address: Address): Readonly<Record<string, string>>
  itemOf(row: Row): Item
}

/** Reads lanes in the order of due times. */
export function readLane<Address, Item extends Waiting & Address, Row>(
  queries: Kysely<Schema>,
  { name, columnsOf, itemOf, ...table }: LaneTable<Address, Item, Row>,
): LaneRows<Address, Item> {
  const after = (address: Address, { dueMs, id }: Position) => {
    const columns = Object.entries(columnsOf(address)).map(([column, value]) => sql`${sql.ref(column)} = ${value}`)
    return sql`${sql.table(name)} where ${sql.join(columns, sql` and `)} and (due_ms, id) > (${dueMs}, ${id})`
  }
  return {
    ...table,

    async list(address, position, untilMs, limit) {
      const { rows } = await sql<Position & { readonly bytes: number }>`
        select id, due_ms as "dueMs", length(payload) + coalesce(length(answer), 0) as bytes
        from ${after(address, position)} and due_ms <= ${untilMs} order by due_ms, id limit ${limit}
      `.execute(queries)
      return rows
    },

    async read(address, position, { dueMs, id }) {
      const { rows } = await sql<Row>`
        select * from ${after(address, position)} and (due_ms, id) <= (${dueMs}, ${id}) order by due_ms, id
      `.execute(queries)
      return rows.map(itemOf)
    },

    async firstDueMs(address, position) {
      const { rows } = await sql<{ readonly dueMs: number }>`
        select due_ms as "dueMs" from ${after(address, position)} order by due_ms limit 1
      `.execute(queries)
      return rows[0]?.dueMs
    },
  }
}
