/** Something that waits on disk until it is due. */
export interface Waiting {
  readonly id: number
  readonly dueMs: number
}

/** Rows are in the order of their due times, and of their ids when those are equal. */
export interface Position {
  readonly dueMs: number
  readonly id: number
}

export const comparePositions = (a: Position, b: Position): number => a.dueMs - b.dueMs || a.id - b.id

/** The rows of a table that is divided into lanes: what a lane is, and how its rows are read. An item says its address. */
export interface LaneRows<Address, Item extends Waiting & Address> {
  keyOf(address: Address): string
  /** Without the rest of the item: it lives as long as the lane. */
  addressOf(item: Item): Address
  /** Bytes that the item takes in memory, roughly. */
  sizeOf(item: Item): number
  /** The next rows of the lane that are due, without what they hold. */
  list(
    address: Address,
    after: Position,
    untilMs: number,
    limit: number,
  ): Promise<readonly (Position & { readonly bytes: number })[]>
  /** The rows between the two positions; the last one belongs to them. */
  read(address: Address, after: Position, last: Position): Promise<readonly Item[]>
  /** When the first of the rows behind the position is due; undefined when there is none. */
  firstDueMs(address: Address, after: Position): Promise<number | undefined>
}
