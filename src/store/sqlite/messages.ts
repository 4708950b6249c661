/** What travels between a connection and its thread. */
export type SqlValue = string | number | bigint | null | Uint8Array

export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly required?: boolean
}

export type Row = Readonly<Record<string, SqlValue>>

export interface StatementResult {
  readonly rows: readonly Row[]
  /** Rows inserted, updated or deleted. */
  readonly changes: number
}

/** Statements that succeed or fail together. */
export type Unit = readonly Statement[]

/** Many units in one durable transaction; or, for reading, without one. */
export interface SqlRequest {
  readonly units: readonly Unit[]
  /** All binary parameters, one after another: copied once, then moved to the thread. */
  readonly bytes: ArrayBuffer
}

/** Stands for a binary parameter: where it lies in `bytes`. */
export interface BytesReference {
  readonly at: number
  readonly length: number
}

export type UnitOutcome = readonly StatementResult[] | Unmet | Error

/** The unit was undone, because its statement of this index touched no row and was required to. */
export interface Unmet {
  readonly unmet: number
}

export const isUnmet = (outcome: UnitOutcome): outcome is Unmet => 'unmet' in outcome

/** Takes binary parameters out of the units. A clone would copy the whole buffers that they are views of. */
export function packUnits(units: readonly Unit[]): SqlRequest {
  let total = 0
  for (const unit of units) for (const { parameters } of unit) for (const value of parameters) total += sizeOf(value)
  const bytes = new Uint8Array(total)
  let at = 0
  const pack = (value: unknown): unknown => {
    if (!(value instanceof Uint8Array)) return value
    bytes.set(value, at)
    at += value.length
    return { at: at - value.length, length: value.length } satisfies BytesReference
  }
  const packed = units.map((unit) =>
    unit.map(({ parameters, ...rest }) => ({ ...rest, parameters: parameters.map(pack) })),
  )
  return { units: packed, bytes: bytes.buffer }
}

export function unpackValue(value: unknown, bytes: ArrayBuffer): SqlValue {
  if (typeof value !== 'object' || value === null) return value as SqlValue
  const { at, length } = value as BytesReference
  return new Uint8Array(bytes, at, length)
}

const sizeOf = (value: unknown): number => (value instanceof Uint8Array ? value.length : 0)
